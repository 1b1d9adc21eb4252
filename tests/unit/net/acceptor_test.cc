#include "net/acceptor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <future>
#include <mutex>

#include "test_sockets.h"

namespace idnode::net {
namespace {

using std::chrono::seconds;

// Takes what is accepted, and closes it as gRPC does.
class Server {
 public:
  Acceptor::Receiver receiver() {
    return [this](int /*listener*/, int fd) {
      const std::scoped_lock lock(mutex_);
      taken_.push_back(fd);
    };
  }
  ~Server() {
    while (Close()) {
    }
  }
  // Ends the oldest connection. False: there is none.
  bool Close() {
    const std::scoped_lock lock(mutex_);
    if (taken_.empty()) return false;
    ::shutdown(taken_.front(), SHUT_RDWR);
    ::close(taken_.front());
    taken_.erase(taken_.begin());
    return true;
  }

 private:
  std::mutex mutex_;
  std::vector<int> taken_;
};

class AcceptorTest : public testing::Test {
 protected:
  void Start(std::size_t most, std::size_t most_per_source) {
    std::string reason;
    auto listening = Acceptor::Listen({.endpoints = {At("::", 0)},
                                       .max_connections = most,
                                       .max_connections_per_source = most_per_source},
                                      reason);
    ASSERT_TRUE(listening.ok()) << reason;
    acceptor_.emplace(std::move(listening).value());
    acceptor_->Start(server_.receiver());
  }
  Endpoint server(std::string_view address = "127.0.0.1") const {
    return At(address, acceptor_->endpoints().front().port);
  }
  // Waits until the acceptor has counted so many.
  void Await(std::uint64_t AcceptorCounters::*counter, std::uint64_t count) const {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    while (acceptor_->counters().*counter != count) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << acceptor_->counters().*counter;
      std::this_thread::yield();
    }
  }
  void AwaitOpen(std::uint64_t open) const { Await(&AcceptorCounters::open, open); }

  Server server_;
  std::optional<Acceptor> acceptor_;
};

TEST_F(AcceptorTest, AnEndMakesRoomWhoeverEndsIt) {
  Start(2, 2);
  const StreamClient first(server());
  {
    const StreamClient second(server());
    AwaitOpen(2);
    const StreamClient third(server());
    EXPECT_TRUE(third.Ends());
    EXPECT_EQ(acceptor_->counters().over_limit, 1U);
    ASSERT_TRUE(server_.Close());
    EXPECT_TRUE(first.Ends()) << "the second descriptor must not keep it open";
    AwaitOpen(1);
  }
  // The client has closed its side; as any server, ours then closes its own.
  ASSERT_TRUE(server_.Close());
  AwaitOpen(0);
  const StreamClient again(server());
  Await(&AcceptorCounters::accepted, 3);
}

TEST_F(AcceptorTest, OneSourceLeavesRoomForOthers) {
  Start(3, 1);
  const StreamClient mine(server());
  AwaitOpen(1);
  EXPECT_TRUE(StreamClient(server()).Ends());
  EXPECT_EQ(acceptor_->counters().over_source, 1U);
  const StreamClient of_another(server(), "127.0.0.2");
  const StreamClient over_ipv6(server("::1"));
  AwaitOpen(3);
}

TEST_F(AcceptorTest, ClientsConnectBeforeItAccepts) {
  std::string reason;
  auto listening = Acceptor::Listen({.endpoints = {At("127.0.0.1", 0)}}, reason);
  ASSERT_TRUE(listening.ok()) << reason;
  acceptor_.emplace(std::move(listening).value());
  const StreamClient early(server());
  EXPECT_EQ(acceptor_->counters().accepted, 0U);
  acceptor_->Start(server_.receiver());
  AwaitOpen(1);
}

TEST_F(AcceptorTest, AfterStopNobodyListens) {
  Start(2, 2);
  const StreamClient open(server());
  AwaitOpen(1);
  const Endpoint where = server();
  acceptor_->Stop();
  acceptor_->Stop();
  EXPECT_THROW(StreamClient{where}, std::runtime_error);
  EXPECT_TRUE(open.Send("goes on"));
  EXPECT_TRUE(server_.Close());
}

}  // namespace
}  // namespace idnode::net
