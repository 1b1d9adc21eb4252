#include "base/endpoint.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstddef>
#include <cstring>
#include <system_error>

namespace idnode {
namespace {

constexpr std::size_t kIpv4Offset = 12;  // of the four octets in a mapped address

Result<std::uint16_t> ParsePort(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, port);
  if (error != std::errc() || end != last) return Error{Errc::kMalformed, 0, "port"};
  return port;
}

}  // namespace

Result<Address> Address::Parse(std::string_view text) {
  const std::string terminated(text);
  Address out;
  in_addr ipv4{};
  if (terminated.size() != std::strlen(terminated.c_str())) {
    return Error{Errc::kMalformed, 0, "address"};
  }
  if (inet_pton(AF_INET, terminated.c_str(), &ipv4) == 1) return FromIpv4(ipv4);
  if (inet_pton(AF_INET6, terminated.c_str(), &out.octets) == 1) return out;
  return Error{Errc::kMalformed, 0, "address"};
}

Address Address::FromIpv4(const in_addr& ipv4) noexcept {
  Address out;
  out.octets.s6_addr[kIpv4Offset - 2] = out.octets.s6_addr[kIpv4Offset - 1] = 0xFF;
  std::memcpy(&out.octets.s6_addr[kIpv4Offset], &ipv4, sizeof ipv4);
  return out;
}

in_addr Address::ToIpv4() const noexcept {
  in_addr out{};
  std::memcpy(&out, &octets.s6_addr[kIpv4Offset], sizeof out);
  return out;
}

bool Address::is_loopback() const noexcept {
  return is_ipv4() ? octets.s6_addr[kIpv4Offset] == 127 : IN6_IS_ADDR_LOOPBACK(&octets) != 0;
}

bool Address::is_wildcard() const noexcept {
  return is_ipv4() ? ToIpv4().s_addr == INADDR_ANY : IN6_IS_ADDR_UNSPECIFIED(&octets) != 0;
}

std::string Address::ToText() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (is_ipv4()) {
    const in_addr ipv4 = ToIpv4();
    inet_ntop(AF_INET, &ipv4, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, &octets, text, sizeof text);
  }
  return text;
}

Result<Endpoint> Endpoint::Parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Error{Errc::kMalformed, 0, "port"};
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = Address::Parse(host);
  if (!address.ok()) return address.error();
  // A colon outside brackets may be the address's own: 2001:db8::1:2641 has two readings.
  if (bracketed != (host.find(':') != std::string_view::npos)) {
    return Error{Errc::kMalformed, 0, "brackets"};
  }
  const auto port = ParsePort(text.substr(colon + 1));
  if (!port.ok()) return port.error();
  return Endpoint{address.value(), port.value()};
}

std::string Endpoint::ToText() const {
  const std::string host = address.is_ipv4() ? address.ToText() : "[" + address.ToText() + "]";
  return host + ":" + std::to_string(port);
}

sockaddr_in6 Endpoint::ToSocketAddress() const noexcept {
  sockaddr_in6 out{};
  out.sin6_family = AF_INET6;
  out.sin6_port = htons(port);
  out.sin6_addr = address.octets;
  return out;
}

bool IsOnThisMachine(std::string_view server) {
  if (server.starts_with("unix:") || server.starts_with("localhost:")) return true;
  const Result<Endpoint> endpoint = Endpoint::Parse(server);
  return endpoint.ok() && endpoint.value().address.is_loopback();
}

}  // namespace idnode
