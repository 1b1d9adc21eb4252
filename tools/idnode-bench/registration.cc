#include "registration.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "idnode/v1/registrar.grpc.pb.h"

namespace idnode::bench {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

struct Registration::State {
  tools::NodeChannel node;
  std::string prefix;
  std::string data;
  std::unique_ptr<v1::Registrar::Stub> stub;
  std::uint64_t run = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());

  v1::RegisterRequest Request(const std::string& name, std::uint64_t number) const {
    v1::RegisterRequest request;
    request.set_identifier(prefix + "/" + name + "-" + std::to_string(number));
    v1::Value& value = *request.add_values();
    value.set_index(1);
    value.set_type("URL");
    value.set_data(data);
    return request;
  }
};

namespace {

// Calls that follow one another until the time is up.
class Callers {
 public:
  using Make = std::function<v1::RegisterRequest(std::uint64_t)>;

  Callers(v1::Registrar::Stub& stub, Make make, std::function<void(grpc::ClientContext&)> prepare,
          Clock::time_point end)
      : stub_(stub), make_(std::move(make)), prepare_(std::move(prepare)), end_(end) {}

  void Start() {
    {
      const std::scoped_lock lock(mutex_);
      ++under_way_;
    }
    Next();
  }

  // Waits for all. Throws what went wrong.
  std::uint64_t Finish() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return under_way_ == 0; });
    if (!failure_.empty()) throw std::runtime_error(failure_);
    return done_.load();
  }

 private:
  struct Call {
    grpc::ClientContext context;
    v1::RegisterRequest request;
    v1::RegisterResponse response;
  };

  void Next() {
    auto* call = new Call;  // NOLINT(cppcoreguidelines-owning-memory): freed by its own callback
    call->request = make_(number_.fetch_add(1));
    prepare_(call->context);
    stub_.async()->Register(&call->context, &call->request, &call->response,
                            [this, call](const grpc::Status& status) {
                              delete call;  // NOLINT(cppcoreguidelines-owning-memory): see above
                              Done(status);
                            });
  }

  void Done(const grpc::Status& status) {
    if (status.ok()) done_.fetch_add(1);
    if (status.ok() && Clock::now() < end_) {
      Next();
      return;
    }
    const std::scoped_lock lock(mutex_);
    if (!status.ok()) failure_ = status.error_message();
    if (--under_way_ == 0) ended_.notify_all();
  }

  v1::Registrar::Stub& stub_;
  const Make make_;
  const std::function<void(grpc::ClientContext&)> prepare_;
  const Clock::time_point end_;
  std::atomic<std::uint64_t> number_{0};
  std::atomic<std::uint64_t> done_{0};
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t under_way_ = 0;
  std::string failure_;
};

}  // namespace

Registration::Registration(const tools::NodeOptions& node, std::string prefix,
                           std::size_t value_octets)
    : state_(std::make_unique<State>()) {
  if (const auto fault = state_->node.Open(node)) {
    throw std::runtime_error(fault->option + ": " + fault->cause.english + " " +
                             fault->fix.english);
  }
  state_->prefix = std::move(prefix);
  state_->data = "https://bench.example/" + std::string(value_octets, 'x');
  state_->data.resize(value_octets);
  state_->stub = v1::Registrar::NewStub(state_->node.channel());
}

Registration::~Registration() = default;

Registered Registration::Calls(std::size_t callers, std::chrono::milliseconds time) {
  const std::string name = "call-" + std::to_string(state_->run++);
  const Clock::time_point start = Clock::now();
  Callers calls(
      *state_->stub, [&](std::uint64_t number) { return state_->Request(name, number); },
      [&](grpc::ClientContext& context) { state_->node.Prepare(context); }, start + time);
  for (std::size_t i = 0; i < callers; ++i) calls.Start();
  Registered result{.done = calls.Finish()};
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

Registered Registration::Stream(const std::string& name, std::uint64_t most,
                                std::chrono::milliseconds time) {
  grpc::ClientContext context;
  state_->node.Prepare(context);
  const auto stream = state_->stub->RegisterStream(&context);
  const Clock::time_point start = Clock::now();
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < most && Clock::now() - start < time; ++i) {
      if (!stream->Write(state_->Request(name, i))) break;
    }
    stream->WritesDone();
  });
  Registered result;
  std::string failure;
  for (v1::RegisterStreamResponse response; stream->Read(&response);) {
    if (response.has_receipt()) {
      ++result.done;
    } else if (failure.empty()) {
      failure = response.problem().cause();
    }
  }
  writer.join();
  const grpc::Status status = stream->Finish();
  if (!status.ok()) failure = status.error_message();
  if (!failure.empty()) throw std::runtime_error(failure);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace idnode::bench
