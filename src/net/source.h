// What limits count by: the part of an address that stands for one subscriber.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/endpoint.h"

namespace idnode::net {

// An IPv4 address, or the first 56 bits of an IPv6 one: what one subscriber usually has.
using Source = std::array<std::uint8_t, 16>;

inline Source SourceOf(const Address& address) noexcept {
  constexpr std::size_t kIpv6SourceOctets = 56 / 8;
  Source source{};
  const std::size_t size = address.is_ipv4() ? source.size() : kIpv6SourceOctets;
  std::copy_n(std::begin(address.octets.s6_addr), size, source.begin());
  return source;
}

}  // namespace idnode::net
