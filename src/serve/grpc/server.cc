#include "serve/grpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <limits>
#include <optional>
#include <utility>

#include "net/acceptor.h"
#include "net/tls_files.h"
#include "serve/grpc/door.h"
#include "serve/grpc/services.h"

namespace idnode::serve {

using std::chrono::milliseconds;

// In the order in which they must outlive one another.
struct GrpcServer::Impl {
  Impl(Options given, std::shared_ptr<grpc::ServerCredentials> trusted, net::Acceptor listening)
      : options(std::move(given)),
        credentials(std::move(trusted)),
        acceptor(std::move(listening)) {}

  const Options options;
  const std::shared_ptr<grpc::ServerCredentials> credentials;
  std::optional<Door> door;  // since Serve()
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::unique_ptr<grpc::Server> server;
  // gRPC takes connections from anybody, but has no limit of its own and listens where it likes.
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> connections;
  net::Acceptor acceptor;
};

namespace {

// How long calls that are not ours (health, reflection) may go on once ours have ended.
constexpr milliseconds kLastWords{200};

// Answered pings are what a client may send that often, also when it has no call under way.
constexpr int kMinClientPingMs = 10'000;
constexpr int kReflectionThreads = 16;

int Milliseconds(milliseconds time) {
  constexpr auto kMax = std::numeric_limits<int>::max();
  return time.count() > kMax ? kMax : static_cast<int>(time.count());
}

Result<std::shared_ptr<grpc::ServerCredentials>> Credentials(const GrpcServer::Options& options,
                                                             std::string& reason) {
  if (options.certificate_file.empty() && options.key_file.empty()) {
    return grpc::InsecureServerCredentials();
  }
  if (options.certificate_file.empty() || options.key_file.empty()) {
    reason = "TLS needs both a certificate and its key";
    return Error{Errc::kMalformed, 0, "tls"};
  }
  auto files = net::LoadTlsFiles(options.certificate_file, options.key_file, reason);
  if (!files.ok()) return files.error();
  net::TlsFiles pem = std::move(files).value();
  // TLS 1.2 is the least that gRPC speaks.
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({std::move(pem.key), std::move(pem.certificates)});
  return grpc::SslServerCredentials(tls);
}

void SetLimits(const GrpcServer::Options& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(options.message_octets));
  const auto argument = [&](const char* name, int value) {
    builder.AddChannelArgument(name, value);
  };
  argument(GRPC_ARG_MAX_CONCURRENT_STREAMS, static_cast<int>(options.calls_per_connection));
  argument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.keepalive));
  argument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(options.keepalive_timeout));
  argument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  argument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinClientPingMs);
  argument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, Milliseconds(options.idle));
  argument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(options.handshake));
  // Only reflection, which is gRPC's own, holds a thread while it has a call.
  grpc::ResourceQuota quota;
  quota.SetMaxThreads(kReflectionThreads);
  quota.Resize(options.memory_octets);
  builder.SetResourceQuota(quota);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
}

}  // namespace

GrpcServer::GrpcServer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

GrpcServer::~GrpcServer() { Stop(milliseconds(0)); }

Result<std::unique_ptr<GrpcServer>> GrpcServer::Listen(Options options, std::string& reason) {
  auto credentials = Credentials(options, reason);
  if (!credentials.ok()) return credentials.error();
  auto acceptor =
      net::Acceptor::Listen({.endpoints = options.listen,
                             .max_connections = options.connections,
                             .max_connections_per_source = options.connections_per_source,
                             .unacknowledged = options.keepalive_timeout},
                            reason);
  if (!acceptor.ok()) return acceptor.error();
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::make_unique<Impl>(
      std::move(options), std::move(credentials).value(), std::move(acceptor).value())));
}

bool GrpcServer::Serve(Services made_on) {
  // Both are for all servers of the process, and may be said again.
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();

  Door& door = impl_->door.emplace(impl_->options, std::move(made_on));
  grpc::ServerBuilder builder;
  SetLimits(door.options, builder);
  for (const auto make : {MakeRegistrar, MakeAdmin, MakeResolver, MakeStatistics, MakeAudit}) {
    impl_->services.push_back(make(door));
    builder.RegisterService(impl_->services.back().get());
  }
  using Builder = grpc::ServerBuilder::experimental_type;
  impl_->connections = builder.experimental().AddExternalConnectionAcceptor(
      Builder::ExternalConnectionType::FROM_FD, impl_->credentials);
  impl_->server = builder.BuildAndStart();
  if (impl_->server == nullptr) return false;
  impl_->acceptor.Start([&connections = *impl_->connections](int listener, int fd) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.listener_fd = listener;
    connection.fd = fd;
    connections.HandleNewConnection(&connection);
  });
  return true;
}

const std::vector<Endpoint>& GrpcServer::endpoints() const noexcept {
  return impl_->acceptor.endpoints();
}

std::vector<Count> GrpcServer::counts() const {
  const net::AcceptorCounters counters = impl_->acceptor.counters();
  return {{"grpc.open", counters.open},
          {"grpc.accepted", counters.accepted},
          {"grpc.over_limit", counters.over_limit, true},
          {"grpc.over_source", counters.over_source, true},
          {"grpc.accept_errors", counters.accept_errors, true}};
}

void GrpcServer::Stop(milliseconds patience) {
  impl_->acceptor.Stop();
  if (impl_->server == nullptr || impl_->door->calls.stopping()) return;
  impl_->server->GetHealthCheckService()->SetServingStatus(false);
  impl_->door->calls.Stop(patience);
  impl_->server->Shutdown(std::chrono::system_clock::now() + kLastWords);
}

}  // namespace idnode::serve
