#include "node/handle_doors.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "crypto/random.h"
#include "handle/public_key.h"
#include "handle/site.h"
#include "net/port_reservation.h"

namespace idnode::node {
namespace {

[[noreturn]] void Refuse(const Endpoint& endpoint, const Error& error) {
  throw std::runtime_error(
      "cannot serve the handle protocol on " + endpoint.ToText() + " (" + error.what + ": " +
      std::generic_category().message(static_cast<int>(error.detail)) + ")" +
      (error.detail == EADDRINUSE ? "; is another program there?" : ".") + " See listen.handle");
}

handle::SiteAddress SiteAddressOf(const Config& config) {
  std::array<std::uint8_t, 16> octets{};
  const Address address = SiteAddress(config);
  std::memcpy(octets.data(), &address.octets, octets.size());
  return handle::ToSiteAddress(octets);
}

// What clients are told: this server, its key, and where it listens.
serve::HandleSite DescribeSite(const Config& config, const crypto::RsaKey& key,
                               const std::vector<Endpoint>& endpoints) {
  handle::SiteServer server;
  server.id = static_cast<std::int32_t>(config.site.server_id);
  server.address = SiteAddressOf(config);
  handle::EncodeRsaPublicKey({.exponent = key.public_exponent(), .modulus = key.modulus()},
                             server.public_key);
  for (const std::uint16_t port : PortsAt(SiteAddress(config), endpoints)) {
    for (const auto protocol :
         {handle::SiteInterface::Protocol::kTcp, handle::SiteInterface::Protocol::kUdp}) {
      server.interfaces.push_back(
          {.use = handle::SiteInterface::Use::kQuery, .protocol = protocol, .port = port});
    }
  }
  handle::Site site;
  site.serial = config.site.serial;
  if (!config.site.description.empty()) {
    site.attributes.push_back({.name = "desc", .value = config.site.description});
  }
  site.servers.push_back(std::move(server));
  serve::HandleSite described{.serial = site.serial};
  handle::EncodeSite(site, described.encoded);
  return described;
}

serve::SourceLimits::Key RandomKey() {
  serve::SourceLimits::Key key{};
  crypto::FillRandom(key);
  return key;
}

// A counter of `Counters` with its name and whether it counts losses.
template <typename Counters>
struct Row {
  const char* name;
  SoloCounter Counters::*counter;
  bool is_loss;
};

using serve::DatagramCounters;
using serve::HandleCounters;

constexpr std::array kSilence = {
    Row<DatagramCounters>{"malformed", &DatagramCounters::malformed, true},
    Row<DatagramCounters>{"answers", &DatagramCounters::answers, true},
    Row<DatagramCounters>{"pieces", &DatagramCounters::pieces, true},
    Row<DatagramCounters>{"too_long", &DatagramCounters::too_long, true},
    Row<DatagramCounters>{"over_limit", &DatagramCounters::over_limit, true},
};

// Answers, whatever they say, are no losses; but for those that say that the node is at fault.
constexpr std::array kAnswers = {
    Row<HandleCounters>{"resolved", &HandleCounters::resolved, false},
    Row<HandleCounters>{"not_found", &HandleCounters::not_found, false},
    Row<HandleCounters>{"no_values", &HandleCounters::no_values, false},
    Row<HandleCounters>{"not_here", &HandleCounters::not_here, false},
    Row<HandleCounters>{"restricted", &HandleCounters::restricted, false},
    Row<HandleCounters>{"failed", &HandleCounters::failed, true},
    Row<HandleCounters>{"site_info", &HandleCounters::site_info, false},
    Row<HandleCounters>{"unsupported", &HandleCounters::unsupported, false},
};

// Adds the sum of each counter over all `owners`, whose counters `of` gets.
template <typename Owners, typename Rows, typename Of>
void AddSums(const std::string& front, const Owners& owners, const Rows& rows,
             std::vector<Count>& out, Of of) {
  for (const auto& row : rows) {
    Count& sum = out.emplace_back(Count{front + row.name, 0, row.is_loss});
    for (const auto& owner : owners) sum.value += (of(owner).*row.counter).get();
  }
}

std::size_t WorkersPerEndpoint(const Config& config) {
  if (config.handle.udp_workers != 0) return config.handle.udp_workers;
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

std::vector<net::PortReservation> ReserveHandlePorts(const Config& config) {
  std::vector<net::PortReservation> ports;
  for (const Endpoint& wanted : config.listen.handle) {
    Result<net::PortReservation> taken = net::PortReservation::Take(wanted);
    if (!taken.ok()) Refuse(wanted, taken.error());
    ports.push_back(std::move(taken).value());
  }
  return ports;
}

HandleDoors::HandleDoors(const Config& config, const crypto::RsaKey& key, Core& core,
                         const Clock& clock, std::vector<net::PortReservation> ports)
    : limits_(config.handle.udp_limits, RandomKey()) {
  for (const net::PortReservation& port : ports) endpoints_.push_back(port.endpoint());
  site_ = DescribeSite(config, key, endpoints_);
  StartUdp(config, core, clock);
  StartTcp(config, core, clock);
  ports.clear();  // not before every socket is bound: see net/port_reservation.h
  for (net::UdpWorker& worker : workers_) {
    threads_.emplace_back([&worker](const std::stop_token& stop) { worker.Run(stop); });
  }
}

HandleDoors::~HandleDoors() { Stop(std::chrono::milliseconds(0)); }

void HandleDoors::StartUdp(const Config& config, Core& core, const Clock& clock) {
  for (const Endpoint& endpoint : endpoints_) {
    for (std::size_t i = 0; i < WorkersPerEndpoint(config); ++i) {
      datagrams_.push_back(std::make_unique<serve::HandleDatagrams>(core.engine(), core.prefixes(),
                                                                    site_, clock, limits_));
      Result<net::UdpWorker> worker = net::UdpWorker::Bind(endpoint, *datagrams_.back());
      if (!worker.ok()) Refuse(endpoint, worker.error());
      workers_.push_back(std::move(worker).value());
    }
  }
}

void HandleDoors::StartTcp(const Config& config, Core& core, const Clock& clock) {
  for (std::uint32_t i = 0; i < config.handle.tcp_threads; ++i) {
    auto streams = std::make_unique<serve::HandleStreams>(core.engine(), core.prefixes(), site_,
                                                          clock, limits_);
    answered_by_streams_.push_back(&streams->counters());
    streams_.push_back(std::move(streams));
  }
  net::StreamOptions options{
      .endpoints = endpoints_,
      .max_connections = config.handle.tcp_connections,
      .max_connections_per_source = config.handle.tcp_connections_per_source};
  options.timeouts.idle = config.handle.tcp_idle;
  Result<net::StreamServer> server = net::StreamServer::Start(options, streams_);
  if (!server.ok()) Refuse(endpoints_.front(), server.error());
  tcp_.emplace(std::move(server).value());
}

std::vector<Count> HandleDoors::counts() const {
  std::vector<Count> out;
  net::UdpCounters udp;
  for (const net::UdpWorker& worker : workers_) {
    const net::UdpCounters one = worker.counters();
    udp.received += one.received;
    udp.oversized += one.oversized;
    udp.sent += one.sent;
    udp.unsent += one.unsent;
  }
  out.push_back({"handle.udp.received", udp.received});
  out.push_back({"handle.udp.oversized", udp.oversized, true});
  out.push_back({"handle.udp.sent", udp.sent});
  out.push_back({"handle.udp.unsent", udp.unsent, true});
  AddSums(
      "handle.udp.", datagrams_, kSilence, out,
      [](const auto& datagrams) -> const auto& { return datagrams->silence(); });
  AddSums(
      "handle.udp.", datagrams_, kAnswers, out,
      [](const auto& datagrams) -> const auto& { return datagrams->counters(); });

  const net::StreamCounters tcp = tcp_->counters();
  out.push_back({"handle.tcp.open", tcp.open});
  out.push_back({"handle.tcp.accepted", tcp.accepted});
  out.push_back({"handle.tcp.over_limit", tcp.over_limit, true});
  out.push_back({"handle.tcp.over_source", tcp.over_source, true});
  out.push_back({"handle.tcp.accept_errors", tcp.accept_errors, true});
  out.push_back({"handle.tcp.messages", tcp.messages});
  out.push_back({"handle.tcp.refused", tcp.refused, true});
  AddSums(
      "handle.tcp.", answered_by_streams_, kAnswers, out,
      [](const auto* counters) -> const auto& { return *counters; });
  return out;
}

void HandleDoors::Stop(std::chrono::milliseconds patience) {
  for (std::jthread& thread : threads_) thread.request_stop();
  if (tcp_.has_value()) tcp_->Stop(patience);
  threads_.clear();
}

}  // namespace idnode::node
