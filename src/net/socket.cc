#include "net/socket.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace idnode::net {

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

Result<int> OpenSocket(int type) noexcept {
  const int fd = ::socket(AF_INET6, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return SocketError("socket");
  const Status both = SetNumber(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0, "IPV6_V6ONLY");
  if (!both.ok()) {
    ::close(fd);
    return both.error();
  }
  return fd;
}

Status SetNumber(int fd, int level, int name, int value, const char* call) noexcept {
  if (::setsockopt(fd, level, name, &value, sizeof value) != 0) return SocketError(call);
  return {};
}

Status BindTo(int fd, const Endpoint& endpoint) noexcept {
  const sockaddr_in6 address = endpoint.ToSocketAddress();
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return SocketError("bind");
  }
  return {};
}

std::uint16_t PortOf(int fd) noexcept {
  sockaddr_in6 bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  return ntohs(bound.sin6_port);
}

}  // namespace idnode::net
