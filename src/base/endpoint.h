// Where a socket listens, or a peer is: a numeric address and a port.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace idnode {

// An IPv6 address, or an IPv4 one in its mapped form (RFC 4291, section 2.5.5.2). A value; a fresh
// one is "::".
struct Address {
  in6_addr octets{};

  // Reads "192.0.2.1" or "2001:db8::1", without brackets and without a zone. Names are not looked
  // up. Errors: kMalformed.
  static Result<Address> Parse(std::string_view text);

  static Address FromIpv4(const in_addr& ipv4) noexcept;

  // The last four octets: of a mapped address the IPv4 one, of "::" 0.0.0.0.
  in_addr ToIpv4() const noexcept;

  bool is_ipv4() const noexcept { return IN6_IS_ADDR_V4MAPPED(&octets) != 0; }
  bool is_loopback() const noexcept;  // 127.0.0.0/8 or ::1
  bool is_wildcard() const noexcept;  // 0.0.0.0 or ::

  // IPv4 as four numbers, IPv6 without brackets.
  std::string ToText() const;

  friend bool operator==(const Address& a, const Address& b) noexcept {
    return IN6_ARE_ADDR_EQUAL(&a.octets, &b.octets) != 0;
  }
};

// A value.
struct Endpoint {
  Address address;
  std::uint16_t port = 0;  // 0: the system picks one

  // Reads "192.0.2.1:2641" or "[2001:db8::1]:2641". Errors: kMalformed.
  static Result<Endpoint> Parse(std::string_view text);

  std::string ToText() const;

  // For a socket of the family AF_INET6, with IPV6_V6ONLY off.
  sockaddr_in6 ToSocketAddress() const noexcept;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Whether what is sent to a server, "HOST:PORT" or "unix:PATH", stays on this machine. Names are
// not looked up; of them only "localhost" does.
bool IsOnThisMachine(std::string_view server);

}  // namespace idnode
