#include "net/socket.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace idnode::net {
namespace {

sockaddr_in ToIpv4(const Endpoint& endpoint) noexcept {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(endpoint.port);
  out.sin_addr = endpoint.address.ToIpv4();
  return out;
}

}  // namespace

Error SocketError(const char* call) noexcept {
  const auto detail = static_cast<std::uint32_t>(errno);
  switch (errno) {
    case EADDRINUSE:
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return {Errc::kUnavailable, detail, call};
    case EACCES:
    case EPERM:
      return {Errc::kDenied, detail, call};
    case EADDRNOTAVAIL:
      return {Errc::kNotFound, detail, call};
    default:
      return {Errc::kInternal, detail, call};
  }
}

Result<int> OpenSocket(int type, const Address& address) noexcept {
  const bool fits_ipv4 = address.is_ipv4() || address.is_wildcard();
  int fd = ::socket(AF_INET6, type | SOCK_CLOEXEC, 0);
  if (fd < 0 && errno == EAFNOSUPPORT && fits_ipv4) {
    fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (fd >= 0) return fd;
  }
  if (fd < 0) return SocketError("socket");
  const Status both = SetNumber(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0, "IPV6_V6ONLY");
  if (!both.ok()) {
    ::close(fd);
    return both.error();
  }
  return fd;
}

Result<int> OpenListener(const Endpoint& endpoint, bool shared) noexcept {
  const auto fd = OpenSocket(SOCK_STREAM, endpoint.address);
  if (!fd.ok()) return fd;
  // Connections of an earlier run, closed a moment ago, do not keep the port.
  Status status = SetNumber(fd.value(), SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  if (status.ok() && shared) {
    status = SetNumber(fd.value(), SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
  }
  if (status.ok()) status = BindTo(fd.value(), endpoint);
  if (status.ok() && ::listen(fd.value(), SOMAXCONN) != 0) status = SocketError("listen");
  if (status.ok()) return fd;
  ::close(fd.value());
  return status.error();
}

int FamilyOf(int fd) noexcept {
  int family = AF_INET6;
  socklen_t size = sizeof family;
  (void)::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
  return family;
}

Status SetNumber(int fd, int level, int name, int value, const char* call) noexcept {
  if (::setsockopt(fd, level, name, &value, sizeof value) != 0) return SocketError(call);
  return {};
}

Status BindTo(int fd, const Endpoint& endpoint) noexcept {
  int result = 0;
  if (FamilyOf(fd) == AF_INET) {
    const sockaddr_in address = ToIpv4(endpoint);
    result = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } else {
    const sockaddr_in6 address = endpoint.ToSocketAddress();
    result = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  if (result != 0) return SocketError("bind");
  return {};
}

std::uint16_t PortOf(int fd) noexcept {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  return FromSocketAddress(bound).port;
}

Endpoint FromSocketAddress(const sockaddr_storage& address) noexcept {
  Endpoint out;
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, &address, sizeof ipv6);
    out.address.octets = ipv6.sin6_addr;
    out.port = ntohs(ipv6.sin6_port);
  } else if (address.ss_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof ipv4);
    out.address = Address::FromIpv4(ipv4.sin_addr);
    out.port = ntohs(ipv4.sin_port);
  }
  return out;
}

}  // namespace idnode::net
