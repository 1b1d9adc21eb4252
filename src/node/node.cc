#include "node/node.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "handle/fold.h"
#include "monitor/feed_hub.h"
#include "node/admin_token.h"
#include "node/core.h"
#include "node/handle_doors.h"
#include "node/loss_log.h"
#include "serve/grpc/server.h"

namespace idnode::node {
namespace {

Core::Options CoreOptions(const Config& config, monitor::FeedHub& hub) {
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
  options.listeners = {&hub};
  return options;
}

std::unique_ptr<serve::GrpcServer> StartGrpc(const Config& config, Core& core,
                                             monitor::FeedHub& hub, CountSource counts) {
  serve::GrpcServer::Options options{.listen = config.listen.grpc,
                                     .certificate_file = config.tls.certificate,
                                     .key_file = config.tls.key,
                                     .message_octets = config.grpc.message_octets,
                                     .memory_octets = config.grpc.memory_octets,
                                     .calls_per_connection = config.grpc.streams_per_connection,
                                     .watchers = config.grpc.watchers};
  std::string reason;
  auto server = serve::GrpcServer::Start(std::move(options),
                                         {.registry = core.registry(),
                                          .lookup = core.lookup(),
                                          .store = core.engine(),
                                          .committer = core.committer(),
                                          .prefixes = core.prefixes(),
                                          .hub = hub,
                                          .version = IDNODE_VERSION,
                                          .name = config.node.name,
                                          .counts = std::move(counts)},
                                         reason);
  if (!server.ok()) throw std::runtime_error(reason);
  return std::move(server).value();
}

}  // namespace

// In the order in which they need one another; they end in the reverse one.
struct Node::Parts {
  Parts(const std::filesystem::path& directory, const Config& config, const Clock& clock,
        Logger& logger)
      : core(directory, CoreOptions(config, hub), clock, logger),
        handle(config, directory, core, clock),
        grpc(StartGrpc(config, core, hub, [this] { return handle.counts(); })),
        losses([this] { return handle.counts(); }, config.log.losses, logger),
        data(directory) {}

  monitor::FeedHub hub;
  Core core;
  HandleDoors handle;
  std::unique_ptr<serve::GrpcServer> grpc;
  LossLog losses;
  std::filesystem::path data;
};

Node::Node(const std::filesystem::path& directory, const Config& config, const Clock& clock,
           Logger& logger)
    : parts_(std::make_unique<Parts>(directory, config, clock, logger)) {
  for (const Endpoint& endpoint : parts_->handle.endpoints()) {
    logger.Info("listening", {{"door", "handle"}, {"endpoint", endpoint.ToText()}});
  }
  for (const Endpoint& endpoint : parts_->grpc->endpoints()) {
    logger.Info("listening", {{"door", "grpc"}, {"endpoint", endpoint.ToText()}});
  }
}

Node::~Node() { Stop(std::chrono::milliseconds(0)); }

void Node::Stop(std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + patience;
  parts_->grpc->Stop(patience);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
  parts_->handle.Stop(std::max(left, std::chrono::milliseconds(0)));
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
