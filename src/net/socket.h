// The few system calls on sockets that this room shares.
#pragma once

#include "base/endpoint.h"
#include "base/result.h"

namespace idnode::net {

// What errno says of the failed `call`: kUnavailable (address in use, or no descriptors or memory
// left), kDenied, kNotFound (no such address here), otherwise kInternal. `detail` is errno.
Error SocketError(const char* call) noexcept;

// A socket for both families, closed on exec. `type` is SOCK_DGRAM or SOCK_STREAM; more flags may
// be added. Errors: as above.
Result<int> OpenSocket(int type) noexcept;

// Sets a socket option to a number.
Status SetNumber(int fd, int level, int name, int value, const char* call) noexcept;

Status BindTo(int fd, const Endpoint& endpoint) noexcept;

// The port that `fd` is bound to; 0 if it is none.
std::uint16_t PortOf(int fd) noexcept;

}  // namespace idnode::net
