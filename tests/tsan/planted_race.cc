// Is ThreadSanitizer awake? gRPC's own library is not instrumented, so reports from its headers are
// suppressed (suppressions.txt). This program shows that a race of ours inside a gRPC callback is
// still found, and that calls without one are not reported.
//
// Usage: planted_race quiet | loud
#include <grpcpp/grpcpp.h>

#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "idnode/v1/resolver.grpc.pb.h"

namespace {

using idnode::v1::Resolver;
using idnode::v1::ResolveRequest;
using idnode::v1::ResolveResponse;

class Service final : public Resolver::CallbackService {
 public:
  explicit Service(bool racy) : racy_(racy) {}

  grpc::ServerUnaryReactor* Resolve(grpc::CallbackServerContext* context,
                                    const ResolveRequest* request,
                                    ResolveResponse* response) override {
    if (racy_) PlantedRace();
    response->set_identifier(request->identifier());
    auto* reactor = context->DefaultReactor();
    // As an answer that comes from another thread later: the committer's, an executor's.
    const std::function<void()> finish = [reactor] { reactor->Finish(grpc::Status::OK); };
    std::thread(finish).detach();
    return reactor;
  }

 private:
  // No lock, on purpose; its name is what the test looks for in the report.
  [[gnu::noinline]] void PlantedRace() { calls_ = calls_ + 1; }

  const bool racy_;
  int calls_ = 0;
};

void Call(const std::string& target) {
  const auto stub =
      Resolver::NewStub(grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));
  for (int i = 0; i < 200; ++i) {
    grpc::ClientContext context;
    ResolveRequest request;
    ResolveResponse response;
    request.set_identifier("88.118/" + std::to_string(i));
    const grpc::Status status = stub->Resolve(&context, request, &response);
    if (!status.ok()) std::cerr << status.error_message() << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  Service service(argc > 1 && std::string_view(argv[1]) == "loud");
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  std::vector<std::thread> callers;
  callers.reserve(4);
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back(Call, "127.0.0.1:" + std::to_string(port));
  }
  for (std::thread& caller : callers) caller.join();
  server->Shutdown();
  std::cout << "done\n";
  return 0;
}
