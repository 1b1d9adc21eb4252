#include "serve/grpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include "net/tls_files.h"
#include "serve/grpc/door.h"
#include "serve/grpc/services.h"

namespace idnode::serve {

using std::chrono::milliseconds;

// In the order in which they must outlive one another.
struct GrpcServer::Impl {
  Impl(Options options, Services made_on) : door(std::move(options), std::move(made_on)) {}

  Door door;
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::unique_ptr<grpc::Server> server;
  std::vector<Endpoint> endpoints;
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
  // With it a second server could take half of the connections of the first.
  argument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Only reflection, which is gRPC's own, holds a thread while it has a call.
  grpc::ResourceQuota quota;
  quota.SetMaxThreads(kReflectionThreads);
  quota.Resize(options.memory_octets);
  builder.SetResourceQuota(quota);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
}

// Why `endpoint` cannot be listened on, as errno; 0 if it can. gRPC does not tell.
int TryToListen(const Endpoint& endpoint) {
  const int listener = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return errno;
  const int on = 1;
  const int off = 0;
  (void)::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  (void)::setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  const sockaddr_in6 address = endpoint.ToSocketAddress();
  int error = 0;
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 1) != 0) {
    error = errno;
  }
  ::close(listener);
  return error;
}

Error CannotListen(const std::vector<Endpoint>& endpoints, std::string& reason) {
  for (const Endpoint& endpoint : endpoints) {
    const int error = TryToListen(endpoint);
    if (error == 0) continue;
    reason = endpoint.ToText() + ": " + std::generic_category().message(error);
    if (error == EADDRINUSE) reason += "; another program listens there, or the same one twice";
    return {Errc::kUnavailable, static_cast<std::uint32_t>(error), "listen"};
  }
  reason = "gRPC could not listen, and does not say why";
  return {Errc::kUnavailable, 0, "listen"};
}

}  // namespace

GrpcServer::GrpcServer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

GrpcServer::~GrpcServer() { Stop(milliseconds(0)); }

Result<std::unique_ptr<GrpcServer>> GrpcServer::Start(Options options, Services services,
                                                      std::string& reason) {
  const auto credentials = Credentials(options, reason);
  if (!credentials.ok()) return credentials.error();

  // Both are for all servers of the process, and may be said again.
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();

  auto impl = std::make_unique<Impl>(std::move(options), std::move(services));
  Door& door = impl->door;
  grpc::ServerBuilder builder;
  SetLimits(door.options, builder);
  std::vector<int> ports(door.options.listen.size());
  for (std::size_t i = 0; i < ports.size(); ++i) {
    builder.AddListeningPort(door.options.listen[i].ToText(), credentials.value(), &ports[i]);
  }
  for (const auto make : {MakeRegistrar, MakeAdmin, MakeResolver, MakeStatistics, MakeAudit}) {
    impl->services.push_back(make(door));
    builder.RegisterService(impl->services.back().get());
  }
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr) return CannotListen(door.options.listen, reason);
  for (std::size_t i = 0; i < ports.size(); ++i) {
    impl->endpoints.push_back(
        {door.options.listen[i].address, static_cast<std::uint16_t>(ports[i])});
  }
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(impl)));
}

const std::vector<Endpoint>& GrpcServer::endpoints() const noexcept { return impl_->endpoints; }

void GrpcServer::Stop(milliseconds patience) {
  if (impl_->door.calls.stopping()) return;
  impl_->server->GetHealthCheckService()->SetServingStatus(false);
  impl_->door.calls.Stop(patience);
  impl_->server->Shutdown(std::chrono::system_clock::now() + kLastWords);
}

}  // namespace idnode::serve
