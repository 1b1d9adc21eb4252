#include "net/port_reservation.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "net/socket.h"

namespace idnode::net {
namespace {

constexpr int kMostTries = 100;  // to find a port that is free for both protocols

// A socket that was bound without SO_REUSEPORT, so that it failed where the port was taken, and has
// it now, so that ours can join.
Result<int> Hold(int type, const Endpoint& endpoint) noexcept {
  const auto fd = OpenSocket(type, endpoint.address);
  if (!fd.ok()) return fd;
  Status status;
  if (type == SOCK_STREAM) {
    // Connections of an earlier run, closed a moment ago, do not keep the port.
    status = SetNumber(fd.value(), SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  }
  if (status.ok()) status = BindTo(fd.value(), endpoint);
  if (status.ok()) status = SetNumber(fd.value(), SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
  if (status.ok()) return fd;
  ::close(fd.value());
  return status.error();
}

}  // namespace

Result<PortReservation> PortReservation::Take(const Endpoint& endpoint) {
  for (int tries = 1;; ++tries) {
    PortReservation reservation;
    reservation.endpoint_ = endpoint;
    const Status status = reservation.Bind();
    if (status.ok()) return reservation;
    const bool other_port_may_do = endpoint.port == 0 && status.error().detail == EADDRINUSE;
    if (!other_port_may_do || tries == kMostTries) return status.error();
  }
}

Status PortReservation::Bind() {
  const auto udp = Hold(SOCK_DGRAM, endpoint_);
  if (!udp.ok()) return udp.error();
  udp_ = udp.value();
  endpoint_.port = PortOf(udp_);
  const auto tcp = Hold(SOCK_STREAM, endpoint_);
  if (!tcp.ok()) return tcp.error();
  tcp_ = tcp.value();
  return {};
}

PortReservation::PortReservation(PortReservation&& other) noexcept
    : endpoint_(other.endpoint_),
      udp_(std::exchange(other.udp_, -1)),
      tcp_(std::exchange(other.tcp_, -1)) {}

PortReservation::~PortReservation() {
  if (udp_ >= 0) ::close(udp_);
  if (tcp_ >= 0) ::close(tcp_);
}

}  // namespace idnode::net
