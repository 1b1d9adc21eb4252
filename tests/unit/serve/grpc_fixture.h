// A gRPC door on a real registry, committer and engine, and a client that calls it over a socket.
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "idnode/v1/admin.grpc.pb.h"
#include "idnode/v1/registrar.grpc.pb.h"
#include "serve/grpc/server.h"
#include "store/memory/memory_engine.h"

namespace idnode::serve {

// Holds the commit thread up, between a commit and its acknowledgement.
class Gate final : public ledger::CommitListener {
 public:
  void Close();
  void Open();
  // Waits until the commit thread stands before the closed gate.
  void AwaitArrival();
  void OnCommit(const ledger::Head& head, std::span<const ledger::Entry> entries) noexcept override;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  bool held_ = false;
};

// What came back.
template <typename Response>
struct Reply {
  grpc::Status status;
  Response response;
  v1::Problem problem;

  // The code of the problem; "(none)" if all is well.
  std::string code() const {
    if (status.ok()) return "(none)";
    return problem.code().empty() ? "(no problem) " + status.error_message() : problem.code();
  }
};

v1::Problem ProblemOf(const grpc::ClientContext& context);

class GrpcTest : public testing::Test {
 protected:
  static constexpr std::int64_t kNow = 1'795'000'000'000;  // 2026-11-18

  GrpcTest();
  ~GrpcTest() override;

  // What the door stands on. Made by the constructor on an engine in memory; anew by a test that
  // wants other settings.
  void Build(std::unique_ptr<store::Engine> engine, const ledger::Committer::Options& options);

  // Options for a free port on 127.0.0.1.
  static GrpcServer::Options Local();
  // (Re)starts the door.
  void Serve(const GrpcServer::Options& options);
  Result<std::unique_ptr<GrpcServer>> TryToServe(const GrpcServer::Options& options,
                                                 std::string& reason);
  std::string target() const { return server_->endpoints().front().ToText(); }
  std::shared_ptr<grpc::Channel> Connect() const;

  // Adds a prefix, past the door.
  void AddPrefix(const std::string& prefix);
  // Lets the bearer of `secret` in, past the door. An empty prefix: all of them.
  void Admit(const std::string& secret, const std::vector<v1::Scope>& scopes,
             const std::string& prefix = {}, std::int64_t expires_ms = 0);

  // How a call is made: with whose token, asking for which language.
  static void Prepare(grpc::ClientContext& context, const std::string& secret,
                      const std::string& language = {});

  // Makes a call: Call(*registrar_, &v1::Registrar::Stub::Register, request, "secret").
  template <typename Stub, typename Request, typename Response>
  Reply<Response> Call(Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                       const std::type_identity_t<Request>& request, const std::string& secret,
                       const std::string& language = {}) {
    grpc::ClientContext context;
    Prepare(context, secret, language);
    Reply<Response> reply;
    reply.status = (stub.*method)(&context, request, &reply.response);
    reply.problem = ProblemOf(context);
    return reply;
  }

  Reply<v1::RegisterResponse> Register(const std::string& identifier, const std::string& secret,
                                       const std::string& language = {});
  Reply<v1::GetResponse> Get(const std::string& identifier, const std::string& secret);

  static v1::RegisterRequest Row(const std::string& identifier, const std::string& data = "x");

  ManualClock clock_{kNow};
  Gate gate_;
  monitor::FeedHub hub_;
  store::MemoryDisk disk_;
  std::unique_ptr<store::Engine> engine_;
  Published<resolve::PrefixTable> prefixes_{std::make_shared<resolve::PrefixTable>()};
  std::unique_ptr<registry::ControlTable> control_;
  std::unique_ptr<ledger::Committer> committer_;
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<registry::Lookup> lookup_;
  std::unique_ptr<GrpcServer> server_;

  std::unique_ptr<v1::Registrar::Stub> registrar_;
  std::unique_ptr<v1::Admin::Stub> admin_;
};

}  // namespace idnode::serve
