// Long calls of the audit: clients that do not read, that go, and a node that stops.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "grpc_fixture.h"
#include "idnode/v1/audit.grpc.pb.h"

namespace idnode::serve {
namespace {

using std::chrono::seconds;

const std::string kPrefix = "88.118.1001";
constexpr int kWorkers = 2;  // of the door, that read much of the log
constexpr int kQueue = 8;    // tasks that wait for one

class GrpcTaskTest : public GrpcTest {
 protected:
  GrpcTaskTest() {
    AddPrefix(kPrefix);
    Admit("writer", {v1::SCOPE_REGISTER});
    Admit("auditor", {v1::SCOPE_AUDIT});
    // 4.8 MB: many messages, of which a client's window takes in the fewest.
    for (int i = 0; i < 80; ++i) {
      const auto reply =
          Call(*registrar_, &v1::Registrar::Stub::Register,
               Row(kPrefix + "/" + std::to_string(i), std::string(59'000, 'x')), "writer");
      if (!reply.status.ok()) throw std::runtime_error(reply.code());
    }
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 16'384);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    audit_ = v1::Audit::NewStub(
        grpc::CreateCustomChannel(target(), grpc::InsecureChannelCredentials(), arguments));
  }

  // A reader of the whole log that stops reading after the first message.
  class Sluggard {
   public:
    explicit Sluggard(v1::Audit::Stub& stub) {
      Prepare(context_, "auditor");
      v1::ReadLogRequest request;
      request.set_with_payload(true);
      reader_ = stub.ReadLog(&context_, request);
    }
    ~Sluggard() {
      context_.TryCancel();
      (void)reader_->Finish();
    }
    Sluggard(const Sluggard&) = delete;
    Sluggard& operator=(const Sluggard&) = delete;

    bool Begin() { return Read(); }
    bool Read() { return reader_->Read(&message_); }
    int rows() const { return message_.rows_size(); }
    std::size_t octets() const { return message_.ByteSizeLong(); }

   private:
    grpc::ClientContext context_;
    std::unique_ptr<grpc::ClientReader<v1::ReadLogResponse>> reader_;
    v1::ReadLogResponse message_;
  };

  // The code of a recount, read to its end.
  std::string Recount() {
    grpc::ClientContext context;
    Prepare(context, "auditor");
    const auto reader = audit_->Recount(&context, {});
    v1::RecountResponse response;
    bool has_result = false;
    while (reader->Read(&response)) has_result = response.has_result();
    const grpc::Status status = reader->Finish();
    if (!status.ok()) return ProblemOf(context).code();
    return has_result && response.result().equal() ? "(equal)" : "(no result)";
  }

  std::unique_ptr<v1::Audit::Stub> audit_;
};

TEST_F(GrpcTaskTest, MessagesAreOfBoundedSizeAndWaitForTheClient) {
  Sluggard client(*audit_);
  int rows = 0;
  int messages = 0;
  for (; client.Read(); ++messages) {
    EXPECT_LE(client.octets(), std::size_t{700} << 10);
    rows += client.rows();
  }
  EXPECT_EQ(rows, 83);
  EXPECT_GE(messages, 8);
}

TEST_F(GrpcTaskTest, ClientsThatGoFreeTheWorkers) {
  for (int i = 0; i < 3 * (kWorkers + kQueue); ++i) {
    Sluggard client(*audit_);
    // Those that are cancelled at once may find the queue full of others that were.
    if (i % 3 != 0) continue;
    (void)client.Begin();
  }
  const auto end = std::chrono::steady_clock::now() + seconds(50);
  std::string code = Recount();
  while (code == "read_busy" && std::chrono::steady_clock::now() < end) code = Recount();
  EXPECT_EQ(code, "(equal)");
  server_->Stop(seconds(60));  // were a task still there, this would wait for it
}

// Recounts, one more than may wait while every worker is held up.
class GrpcFullTaskTest : public GrpcTaskTest {
 protected:
  // Waits until one of them was refused: the others are in the queue then.
  GrpcFullTaskTest() {
    for (int i = 0; i < kWorkers; ++i) {
      sluggards_.push_back(std::make_unique<Sluggard>(*audit_));
      EXPECT_TRUE(sluggards_.back()->Begin()) << "a worker is on it";
    }
    for (int i = 0; i <= kQueue; ++i) {
      callers_.emplace_back([this] {
        const std::string code = Recount();
        const std::scoped_lock lock(mutex_);
        codes_.push_back(code);
        changed_.notify_all();
      });
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !codes_.empty(); });
    EXPECT_EQ(codes_, std::vector<std::string>{"read_busy"}) << "one too many";
  }

  // What came of all of them.
  const std::vector<std::string>& Join() {
    for (std::thread& caller : callers_) caller.join();
    return codes_;
  }

  static std::vector<std::string> Expected(const std::string& code) {
    std::vector<std::string> codes(kQueue + 1, code);
    codes.front() = "read_busy";
    return codes;
  }

  std::vector<std::unique_ptr<Sluggard>> sluggards_;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> codes_;  // under the mutex
  std::vector<std::thread> callers_;
};

TEST_F(GrpcFullTaskTest, ThoseThatWaitHaveTheirTurn) {
  sluggards_.clear();
  EXPECT_EQ(Join(), Expected("(equal)"));
}

TEST_F(GrpcFullTaskTest, StoppingEndsThem) {
  server_->Stop(seconds(60));
  EXPECT_EQ(Join(), Expected("unavailable"));
}

TEST_F(GrpcTaskTest, StoppingDoesNotWaitForAClientThatDoesNotRead) {
  Sluggard client(*audit_);
  ASSERT_TRUE(client.Begin());
  server_->Stop(seconds(60));  // far less than the patience with a silent client
}

}  // namespace
}  // namespace idnode::serve
