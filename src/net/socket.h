// The few system calls on sockets that this room shares.
//
// A socket is for both families. Where the kernel has no IPv6 it is for IPv4 alone, which only this
// header and the UDP worker know: whoever asks for addresses gets IPv4 ones in their mapped form.
#pragma once

#include <sys/socket.h>

#include "base/endpoint.h"
#include "base/result.h"

namespace idnode::net {

// What errno says of the failed `call`: kUnavailable (address in use, or no descriptors or memory
// left), kDenied, kNotFound (no such address here), otherwise kInternal. `detail` is errno.
Error SocketError(const char* call) noexcept;

// A socket that can be bound to `address`, closed on exec: of AF_INET6 with IPV6_V6ONLY off, or of
// AF_INET if the kernel has no IPv6 and `address` is one of IPv4 or the wildcard. `type` is
// SOCK_DGRAM or SOCK_STREAM; more flags may be added. Errors: as above.
Result<int> OpenSocket(int type, const Address& address) noexcept;

// A socket for connections, listening on `endpoint`. With `shared` others may listen on the same
// port (SO_REUSEPORT); otherwise it is refused where anybody does. Errors: as above.
Result<int> OpenListener(const Endpoint& endpoint, bool shared) noexcept;

// AF_INET6 or AF_INET.
int FamilyOf(int fd) noexcept;

// Sets a socket option to a number.
Status SetNumber(int fd, int level, int name, int value, const char* call) noexcept;

Status BindTo(int fd, const Endpoint& endpoint) noexcept;

// The port that `fd` is bound to; 0 if it is none.
std::uint16_t PortOf(int fd) noexcept;

// What the kernel wrote of a peer, of either family.
Endpoint FromSocketAddress(const sockaddr_storage& address) noexcept;

}  // namespace idnode::net
