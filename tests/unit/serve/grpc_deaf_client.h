// A client that asks and does not read: what it is answered stays with the node.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

namespace idnode::serve {

// Dies with its calls. One thread.
class DeafClient {
 public:
  explicit DeafClient(const std::string& target)
      : stub_(grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), Deaf())) {}
  DeafClient(const DeafClient&) = delete;
  DeafClient& operator=(const DeafClient&) = delete;
  ~DeafClient() {
    for (const auto& call : calls_) call->context.TryCancel();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  // Begins a call with one message.
  void Ask(const std::string& method, const google::protobuf::Message& request) {
    calls_.push_back(std::make_unique<OneCall>());
    OneCall& call = *calls_.back();
    call.stream = stub_.PrepareCall(&call.context, method, &queue_);
    call.stream->StartCall(nullptr);
    Await();
    const grpc::Slice slice(request.SerializeAsString());
    call.stream->WriteLast(grpc::ByteBuffer(&slice, 1), {}, nullptr);
    Await();
  }

 private:
  struct OneCall {
    grpc::ClientContext context;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream;
  };

  // Room for a kilobyte of each answer.
  static grpc::ChannelArguments Deaf() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 1'024);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return arguments;
  }

  void Await() {
    void* tag = nullptr;
    bool ok = false;
    (void)queue_.Next(&tag, &ok);
  }

  grpc::CompletionQueue queue_;
  grpc::GenericStub stub_;
  std::vector<std::unique_ptr<OneCall>> calls_;
};

}  // namespace idnode::serve
