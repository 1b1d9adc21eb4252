#include "node/node.h"

#include <unistd.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "handle/fold.h"
#include "monitor/feed_hub.h"
#include "net/port_reservation.h"
#include "node/admin_token.h"
#include "node/core.h"
#include "node/handle_doors.h"
#include "node/loss_log.h"
#include "node/site_key.h"
#include "serve/grpc/grpc_log.h"
#include "serve/grpc/server.h"

namespace idnode::node {
namespace {

Core::Options CoreOptions(const Config& config, const Node::Wishes& wishes, monitor::FeedHub& hub) {
  Core::Options options;
  options.store.block_cache_octets = config.store.block_cache;
  options.store.reserve_octets = config.store.reserve;
  options.store.memtable_octets = config.store.write_buffer;
  options.committer.queue_requests = config.ledger.queue;
  options.committer.queue_octets = config.ledger.queue_octets;
  options.committer.group.requests = config.ledger.group_requests;
  options.registry.node_prefix = handle::Folded(config.node.prefix);
  options.registry.record.values = config.limits.values_per_record;
  options.registry.record.octets = config.limits.record_octets;
  options.list_page = config.limits.list_page;
  options.new_admin_token = wishes.new_admin_token;
  options.on_owned = wishes.on_owned;
  options.listeners = {&hub};
  return options;
}

std::unique_ptr<serve::GrpcServer> ListenForGrpc(const Config& config) {
  serve::GrpcServer::Options options{.listen = config.listen.grpc,
                                     .connections = config.grpc.connections,
                                     .connections_per_source = config.grpc.connections_per_source,
                                     .certificate_file = config.tls.certificate,
                                     .key_file = config.tls.key,
                                     .message_octets = config.grpc.message_octets,
                                     .memory_octets = config.grpc.memory_octets,
                                     .calls_per_connection = config.grpc.streams_per_connection,
                                     .watchers = config.grpc.watchers};
  std::string reason;
  auto server = serve::GrpcServer::Listen(std::move(options), reason);
  if (server.ok()) return std::move(server).value();
  const bool is_tls = server.error().code == Errc::kMalformed;
  throw std::runtime_error("cannot serve gRPC on " + reason + ". See " +
                           (is_tls ? "tls.certificate and tls.key" : "listen.grpc"));
}

// Taken before anything is written: a node that cannot listen, or has no good key, leaves its
// directory as it was.
struct Listening {
  std::vector<net::PortReservation> handle;
  std::unique_ptr<serve::GrpcServer> grpc;
  std::optional<crypto::RsaKey> key;
};

}  // namespace

// In the order in which they need one another; they end in the reverse one.
struct Node::Parts {
  Parts(const std::filesystem::path& directory, const Config& config, const Wishes& wishes,
        const Clock& clock, Logger& logger)
      : grpc_log(logger),
        listening{ReserveHandlePorts(config), ListenForGrpc(config),
                  ReadSiteKey(config, directory)},
        core(directory, CoreOptions(config, wishes, hub), clock, logger),
        handle(config, SiteKey(std::move(listening.key), directory), core, clock,
               std::move(listening.handle)),
        grpc(std::move(listening.grpc)),
        losses([this] { return Counts(); }, config.log.losses, logger),
        data(directory) {
    const bool serves = grpc->Serve({.registry = core.registry(),
                                     .lookup = core.lookup(),
                                     .store = core.engine(),
                                     .committer = core.committer(),
                                     .prefixes = core.prefixes(),
                                     .hub = hub,
                                     .version = IDNODE_VERSION,
                                     .name = config.node.name,
                                     .counts = [this] { return Counts(); }});
    if (!serves) throw std::runtime_error("gRPC does not start; its reason is in the log");
  }

  std::vector<Count> Counts() const {
    std::vector<Count> all = handle.counts();
    const std::vector<Count> of_grpc = grpc->counts();
    all.insert(all.end(), of_grpc.begin(), of_grpc.end());
    return all;
  }

  serve::GrpcLog grpc_log;
  Listening listening;  // until the doors have taken it over
  monitor::FeedHub hub;
  Core core;
  HandleDoors handle;
  std::unique_ptr<serve::GrpcServer> grpc;
  LossLog losses;
  std::filesystem::path data;
};

Node::Node(const std::filesystem::path& directory, const Config& config, const Wishes& wishes,
           const Clock& clock, Logger& logger)
    : parts_(std::make_unique<Parts>(directory, config, wishes, clock, logger)) {
  for (const std::string& warning : ConfigWarnings(config)) {
    logger.Warning("configuration", {{"warning", warning}});
  }
  for (const Endpoint& endpoint : parts_->handle.endpoints()) {
    logger.Info("listening", {{"door", "handle"}, {"endpoint", endpoint.ToText()}});
  }
  for (const Endpoint& endpoint : parts_->grpc->endpoints()) {
    logger.Info("listening", {{"door", "grpc"}, {"endpoint", endpoint.ToText()}});
  }
}

Node::~Node() { Stop(std::chrono::milliseconds(0)); }

void Node::Stop(std::chrono::milliseconds patience) {
  // Both begin by listening no more, and share the patience by using it at the same time.
  std::thread handle([this, patience] { parts_->handle.Stop(patience); });
  parts_->grpc->Stop(patience);
  handle.join();
  parts_->core.Stop();
}

std::string Node::ReadyText() const {
  const std::string token_file = std::filesystem::absolute(AdminTokenFile(parts_->data)).string();
  return "{\"pid\": " + std::to_string(::getpid()) +
         ", \"version\": \"" IDNODE_VERSION "\", \"handle\": \"" +
         parts_->handle.endpoints().front().ToText() + "\", \"grpc\": \"" +
         parts_->grpc->endpoints().front().ToText() +
         "\", \"admin_token_file\": " + JsonText(token_file) + "}\n";
}

void MakeEphemeral(Config& config) {
  const Address loopback = Address::Parse("127.0.0.1").value();
  config.listen.handle = {{.address = loopback, .port = 0}};
  config.listen.grpc = {{.address = loopback, .port = 0}};
}

}  // namespace idnode::node
