// The limit of any UDP server: receives 64 datagrams at a time and sends as many back, of a given
// size, without looking at them.
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "base/endpoint.h"

namespace idnode::bench {

// A process of its own, bound to one CPU; ends with this object.
class UdpEcho {
 public:
  UdpEcho(std::size_t answer_size, int cpu);  // octets, at least 28
  UdpEcho(const UdpEcho&) = delete;
  UdpEcho& operator=(const UdpEcho&) = delete;
  ~UdpEcho();

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  Endpoint endpoint_;
  pid_t pid_ = -1;
};

}  // namespace idnode::bench
