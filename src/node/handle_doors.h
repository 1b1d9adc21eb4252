// The handle protocol's doors: on every endpoint of listen.handle, UDP workers and the TCP server.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/count.h"
#include "crypto/rsa_key.h"
#include "net/port_reservation.h"
#include "net/stream_server.h"
#include "net/udp_worker.h"
#include "node/config.h"
#include "node/core.h"
#include "serve/handle/datagrams.h"
#include "serve/handle/streams.h"

namespace idnode::node {

// The ports of listen.handle, ours from now on. Throws std::runtime_error in words for the
// operator.
std::vector<net::PortReservation> ReserveHandlePorts(const Config& config);

class HandleDoors {
 public:
  // Listens on `ports` and serves; `key` is the site's. `core` and `clock` must outlive the doors.
  // Throws std::runtime_error in words for the operator.
  HandleDoors(const Config& config, const crypto::RsaKey& key, Core& core, const Clock& clock,
              std::vector<net::PortReservation> ports);
  HandleDoors(const HandleDoors&) = delete;
  HandleDoors& operator=(const HandleDoors&) = delete;
  ~HandleDoors();  // Stop(0)

  // As listen.handle, with the ports that the system picked.
  const std::vector<Endpoint>& endpoints() const noexcept { return endpoints_; }

  // What both transports have counted. Any thread.
  std::vector<Count> counts() const;

  // Listens no more; TCP connections may finish what they began for at most `patience`.
  void Stop(std::chrono::milliseconds patience);

 private:
  void StartUdp(const Config& config, Core& core, const Clock& clock);
  void StartTcp(const Config& config, Core& core, const Clock& clock);

  std::vector<Endpoint> endpoints_;
  serve::HandleSite site_;
  serve::SourceLimits limits_;

  std::vector<std::unique_ptr<serve::HandleDatagrams>> datagrams_;  // one a worker
  std::vector<net::UdpWorker> workers_;
  std::vector<std::unique_ptr<net::StreamHandler>> streams_;       // one a thread
  std::vector<const serve::HandleCounters*> answered_by_streams_;  // of each of them
  std::optional<net::StreamServer> tcp_;
  std::vector<std::jthread> threads_;  // of the workers
};

}  // namespace idnode::node
