#include "net/stream_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>

#include "allocation_count.h"
#include "net/test_sockets.h"

namespace idnode::net {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A message is four octets of length, most significant first, and a text. The answer is the text in
// the same form, but "x1000" asks for 1000 times the letter x. Lengths above kMost are refused.
class Echo final : public StreamHandler {
 public:
  static constexpr std::size_t kMost = 1'000'000;

  static std::string Frame(std::string_view text) {
    std::string out;
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(text.size() >> shift & 0xFF);
    return out.append(text);
  }

  std::size_t header_size() const noexcept override { return 4; }

  Result<std::size_t> BodySize(Bytes header) noexcept override {
    std::size_t size = 0;
    for (const std::uint8_t octet : header) size = size << 8 | octet;
    if (size > kMost) return Error{Errc::kTooLarge, 0, "length"};
    return size;
  }

  void Answer(Bytes message, const Endpoint& peer, std::vector<std::uint8_t>& reply) override {
    last_peer = peer.address.ToText();
    ++answered;
    std::string text(AsText(message.subspan(4)));
    if (text.starts_with('x')) text.assign(std::stoul(text.substr(1)), 'x');
    if (text == "silence") return;
    const std::string frame = Frame(text);
    reply.insert(reply.end(), frame.begin(), frame.end());
    held = HeldOctets();
  }

  void Refuse(StreamTrouble trouble, Bytes received, std::vector<std::uint8_t>& reply) override {
    const std::string word = Word(trouble, received.size());
    reply.insert(reply.end(), word.begin(), word.end());
  }

  static std::string Word(StreamTrouble trouble, std::size_t received) {
    return "trouble " + std::to_string(static_cast<int>(trouble)) + " after " +
           std::to_string(received);
  }

  std::string last_peer;
  std::atomic<std::size_t> answered = 0;
  std::atomic<std::size_t> held = 0;  // by the whole program at the last answer
};

class StreamServerTest : public testing::Test {
 protected:
  // A server of `threads` on a port of its own, on every address.
  void Start(std::size_t threads = 1) {
    const PortReservation reservation = AnyPort();
    options_.endpoints = {reservation.endpoint()};
    for (std::size_t i = 0; i < threads; ++i) handlers_.push_back(std::make_unique<Echo>());
    auto started = StreamServer::Start(options_, handlers_);
    ASSERT_TRUE(started.ok()) << started.error().what;
    server_ = std::make_unique<StreamServer>(std::move(started).value());
    where_ = At("::1", options_.endpoints[0].port);
  }

  Echo& echo(std::size_t thread = 0) { return dynamic_cast<Echo&>(*handlers_[thread]); }

  // Waits until `open` connections are left: what clients do reaches the server's threads later.
  void WaitForOpen(std::uint64_t open) const {
    const auto deadline = Clock::now() + 10s;
    while (server_->counters().open != open) {
      ASSERT_LT(Clock::now(), deadline) << server_->counters().open << " open";
      std::this_thread::yield();
    }
  }

  static void Exchange(const StreamClient& client, const std::string& text) {
    ASSERT_TRUE(client.Send(Echo::Frame(text)));
    ASSERT_EQ(client.Receive(4 + text.size()), Echo::Frame(text));
  }

  StreamOptions options_;
  std::vector<std::unique_ptr<StreamHandler>> handlers_;
  std::unique_ptr<StreamServer> server_;
  Endpoint where_;
};

TEST_F(StreamServerTest, AnswersAClientThatClosesAfterOneMessage) {
  Start();
  { Exchange(StreamClient(where_), "once"); }
  WaitForOpen(0);
  EXPECT_EQ(server_->counters().accepted, 1U);
  EXPECT_EQ(server_->counters().messages, 1U);
  EXPECT_EQ(server_->counters().refused, 0U);
}

TEST_F(StreamServerTest, AnswersAClientThatClosesItsSideFirst) {
  Start();
  const StreamClient client(where_);
  ASSERT_TRUE(client.Send(Echo::Frame("last")));
  client.Finish();
  EXPECT_EQ(client.ReceiveAll(), Echo::Frame("last"));
}

TEST_F(StreamServerTest, AnswersManyMessagesOnOneConnection) {
  Start();
  const StreamClient client(where_);
  for (int i = 0; i < 100; ++i) Exchange(client, std::to_string(i));
  Exchange(client, "");
  EXPECT_EQ(server_->counters().messages, 101U);
  EXPECT_EQ(server_->counters().open, 1U);
}

TEST_F(StreamServerTest, AnswersJoinedMessagesInOrder) {
  Start();
  std::string sent;
  for (int i = 0; i < 1'000; ++i) sent += Echo::Frame("message " + std::to_string(i));
  const StreamClient client(where_);
  ASSERT_TRUE(client.Send(sent));
  EXPECT_EQ(client.Receive(sent.size()), sent);
}

TEST_F(StreamServerTest, PutsASplitMessageTogether) {
  Start();
  const StreamClient client(where_);
  for (int round = 0; round < 2; ++round) {
    for (const char octet : Echo::Frame("octet by octet")) {
      ASSERT_TRUE(client.Send({&octet, 1}));
      std::this_thread::sleep_for(1ms);  // so that each is a segment of its own
    }
    EXPECT_EQ(client.Receive(18), Echo::Frame("octet by octet"));
  }
}

TEST_F(StreamServerTest, AMessageAndAHalfAreOneAnswerAndThenAnother) {
  Start();
  const StreamClient client(where_);
  const std::string second = Echo::Frame("second");
  ASSERT_TRUE(client.Send(Echo::Frame("first") + second.substr(0, 7)));
  EXPECT_EQ(client.Receive(9), Echo::Frame("first"));
  ASSERT_TRUE(client.Send(second.substr(7)));
  EXPECT_EQ(client.Receive(10), second);
}

TEST_F(StreamServerTest, SilenceIsAnAnswerToo) {
  Start();
  const StreamClient client(where_);
  ASSERT_TRUE(client.Send(Echo::Frame("silence")));
  Exchange(client, "and go on");
}

TEST_F(StreamServerTest, LongMessagesAndLongAnswers) {
  Start();
  const StreamClient client(where_);
  const std::string text(Echo::kMost, 'm');
  std::jthread sender([&] { EXPECT_TRUE(client.Send(Echo::Frame(text))); });
  EXPECT_EQ(client.Receive(4 + text.size()), Echo::Frame(text));
  sender.join();
  std::string asked;
  for (int i = 0; i < 50; ++i) asked += Echo::Frame("x100000");
  ASSERT_TRUE(client.Send(asked));
  const std::string part = Echo::Frame(std::string(100'000, 'x'));
  for (int i = 0; i < 50; ++i) ASSERT_EQ(client.Receive(part.size()), part) << i;
}

TEST_F(StreamServerTest, AnIdleConnectionHoldsNoRoomForALongMessage) {
  Start();
  const StreamClient client(where_);
  Exchange(client, "short");
  const std::size_t before = HeldOctets();
  Exchange(client, std::string(Echo::kMost, 'm'));
  EXPECT_GT(echo().held, before + 2 * Echo::kMost) << "message and answer are counted";
  // The room is given back when the connection waits again, which may be after the answer.
  const auto deadline = Clock::now() + 10s;
  while (HeldOctets() > before + Echo::kMost / 4) {
    ASSERT_LT(Clock::now(), deadline) << HeldOctets() - before << " octets more are held";
    std::this_thread::yield();
  }
}

TEST_F(StreamServerTest, TellsTheHandlerWhoAsks) {
  Start();
  const Endpoint v4 = At("127.0.0.1", where_.port);
  { Exchange(StreamClient(v4, "127.0.0.7"), "who"); }
  server_->Stop(10s);
  EXPECT_EQ(echo().last_peer, "127.0.0.7");
}

TEST_F(StreamServerTest, RefusesALengthBeforeTheBodyArrives) {
  Start();
  const StreamClient client(where_);
  ASSERT_TRUE(client.Send(Echo::Frame("before") + "\xFF\xFF\xFF\xFF"));
  EXPECT_EQ(client.ReceiveAll(), Echo::Frame("before") + Echo::Word(StreamTrouble::kHeader, 4));
  EXPECT_EQ(server_->counters().refused, 1U);
}

TEST_F(StreamServerTest, TheLastWordArrivesThoughTheClientSendsOn) {
  options_.timeouts.linger = 60s;
  Start();
  const StreamClient client(where_);
  const std::string more(300'000, 'z');
  ASSERT_TRUE(client.Send("\xFF\xFF\xFF\xFF"));
  EXPECT_TRUE(client.Send(more));
  client.Finish();
  EXPECT_TRUE(client.ReceiveAll().starts_with("trouble 0 after "));
}

TEST_F(StreamServerTest, AMessageCutOffHasTheLastWordAndIsNotAnswered) {
  Start();
  const StreamClient client(where_);
  ASSERT_TRUE(client.Send(Echo::Frame("cut off").substr(0, 6)));
  client.Finish();
  EXPECT_EQ(client.ReceiveAll(), Echo::Word(StreamTrouble::kTruncated, 6));
  EXPECT_EQ(echo().answered, 0U);
}

TEST_F(StreamServerTest, ASlowMessageHasTheLastWordHoweverOftenAnOctetComes) {
  options_.timeouts.message = 200ms;
  Start();
  const StreamClient client(where_);
  std::jthread sender([&](const std::stop_token& stop) {
    for (const char octet : Echo::Frame(std::string(1'000, 's'))) {
      if (stop.stop_requested() || !client.Send({&octet, 1})) return;
      std::this_thread::sleep_for(20ms);
    }
  });
  EXPECT_TRUE(client.ReceiveAll().starts_with("trouble 2 after "));
}

TEST_F(StreamServerTest, TheTimeOfAMessageDoesNotRunBetweenMessages) {
  options_.timeouts.message = 200ms;
  Start();
  const StreamClient client(where_);
  Exchange(client, "one");
  std::this_thread::sleep_for(400ms);  // idle for longer than a message may take
  Exchange(client, "two");
}

TEST_F(StreamServerTest, AnIdleConnectionIsClosedWithoutAWord) {
  options_.timeouts.idle = 1s;
  Start();
  const StreamClient never(where_);
  const StreamClient once(where_);
  Exchange(once, "once");
  EXPECT_EQ(never.ReceiveAll(), "");
  EXPECT_EQ(once.ReceiveAll(), "");
  EXPECT_EQ(server_->counters().refused, 0U);
}

TEST_F(StreamServerTest, AClientThatDoesNotReadIsDroppedAndDelaysNobody) {
  options_.timeouts.write = 300ms;
  Start();
  const StreamClient deaf(where_, {}, 4'096);
  ASSERT_TRUE(deaf.Send(Echo::Frame("x50000000")));
  Exchange(StreamClient(where_), "meanwhile");
  WaitForOpen(0);
}

TEST_F(StreamServerTest, HoldsTheLimitOfAllConnections) {
  options_.max_connections = 2;
  Start();
  auto first = std::make_unique<StreamClient>(where_);
  const StreamClient second(where_);
  Exchange(*first, "1");
  Exchange(second, "2");
  EXPECT_TRUE(StreamClient(where_).Ends());
  EXPECT_EQ(server_->counters().over_limit, 1U);
  first.reset();
  WaitForOpen(1);
  Exchange(StreamClient(where_), "room again");
}

TEST_F(StreamServerTest, HoldsTheLimitOfOneSource) {
  options_.max_connections_per_source = 1;
  Start();
  const Endpoint v4 = At("127.0.0.1", where_.port);
  const StreamClient first(v4, "127.0.0.2");
  Exchange(first, "first");
  EXPECT_TRUE(StreamClient(v4, "127.0.0.2").Ends());
  Exchange(StreamClient(v4, "127.0.0.3"), "somebody else");
  EXPECT_EQ(server_->counters().over_source, 1U);
}

TEST_F(StreamServerTest, StoppingClosesIdleConnectionsAtOnce) {
  Start();
  const StreamClient idle(where_);
  Exchange(idle, "and now nothing");
  const auto begin = Clock::now();
  server_->Stop(60s);
  EXPECT_LT(Clock::now() - begin, 10s);
  EXPECT_EQ(idle.ReceiveAll(), "");
  EXPECT_THROW(StreamClient{where_}, std::runtime_error);
}

TEST_F(StreamServerTest, StoppingLetsAMessageUnderWayBeAnswered) {
  Start();
  const StreamClient client(where_);
  Exchange(client, "first");
  const std::string frame = Echo::Frame("under way");
  ASSERT_TRUE(client.Send(Echo::Frame("here") + frame.substr(0, 5)));
  ASSERT_EQ(client.Receive(8), Echo::Frame("here")) << "so its beginning has arrived, too";
  auto stopped = std::async(std::launch::async, [&] { server_->Stop(60s); });
  EXPECT_EQ(stopped.wait_for(100ms), std::future_status::timeout);
  ASSERT_TRUE(client.Send(frame.substr(5)));
  EXPECT_EQ(client.ReceiveAll(), frame);
  EXPECT_EQ(stopped.wait_for(10s), std::future_status::ready);
}

TEST_F(StreamServerTest, StoppingWaitsNoLongerThanItWasTold) {
  Start();
  const StreamClient client(where_);
  ASSERT_TRUE(client.Send(Echo::Frame("here") + "\x01"));
  ASSERT_EQ(client.Receive(8), Echo::Frame("here"));
  const auto begin = Clock::now();
  server_->Stop(200ms);
  EXPECT_GE(Clock::now() - begin, 190ms);
  EXPECT_LT(Clock::now() - begin, 10s);
  EXPECT_TRUE(client.Ends());
  server_->Stop(60s);  // does nothing
}

TEST_F(StreamServerTest, StoppingDoesNotWaitForAPeerThatDoesNotRead) {
  options_.timeouts.write = 600s;
  Start();
  const StreamClient deaf(where_, {}, 4'096);
  ASSERT_TRUE(deaf.Send(Echo::Frame("x50000000")));
  while (server_->counters().messages == 0) std::this_thread::yield();
  const auto begin = Clock::now();
  server_->Stop(600s);
  EXPECT_LT(Clock::now() - begin, 60s);
}

TEST_F(StreamServerTest, ThreadsShareThePort) {
  Start(2);
  for (int i = 0; i < 64; ++i) Exchange(StreamClient(where_), "t");
  server_->Stop(10s);
  EXPECT_EQ(echo(0).answered + echo(1).answered, 64U);
  EXPECT_GT(echo(0).answered, 0U);
  EXPECT_GT(echo(1).answered, 0U);
  EXPECT_EQ(server_->counters().messages, 64U);
}

TEST_F(StreamServerTest, SaysWhyItCannotStart) {
  handlers_.push_back(std::make_unique<Echo>());
  options_.endpoints = {At("::1", 0)};
  EXPECT_EQ(StreamServer::Start(options_, handlers_).error().code, Errc::kMalformed);
  Start();
  EXPECT_EQ(PortReservation::Take(where_).error().code, Errc::kUnavailable);
}

}  // namespace
}  // namespace idnode::net
