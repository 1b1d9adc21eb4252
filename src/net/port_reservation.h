// A port of this machine's that is ours alone, for UDP and TCP alike.
//
// Several sockets share a port by SO_REUSEPORT, and the kernel lets sockets of another process of
// the same user join in without a word: two nodes would steal each other's questions, and port 0
// can yield a port that is in use already. So whoever wants a port first takes a reservation, whose
// sockets are bound without SO_REUSEPORT: that fails if the port is anybody's.
#pragma once

#include "base/endpoint.h"
#include "base/result.h"

namespace idnode::net {

// While it lives nobody else gets the port, and sockets with SO_REUSEPORT can be bound to it. Let
// it go once these are bound, before they are to receive: datagrams may go to the reservation.
class PortReservation {
 public:
  // Port 0 in `endpoint`: one that is free for both protocols is picked. Errors: kUnavailable, the
  // port is in use or none is left; kDenied, a port that only root may have; kNotFound, no such
  // address on this machine; kInternal. `detail` is errno and `what` the call.
  static Result<PortReservation> Take(const Endpoint& endpoint);

  PortReservation(PortReservation&& other) noexcept;
  PortReservation(const PortReservation&) = delete;
  PortReservation& operator=(const PortReservation&) = delete;
  ~PortReservation();

  const Endpoint& endpoint() const noexcept { return endpoint_; }  // the port is never 0

 private:
  PortReservation() noexcept = default;

  // Binds both sockets to endpoint_.
  Status Bind();

  Endpoint endpoint_;
  int udp_ = -1;
  int tcp_ = -1;
};

}  // namespace idnode::net
