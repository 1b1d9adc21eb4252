// Clients for the tests of this room: plain blocking sockets with a limit of ten seconds.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/endpoint.h"
#include "net/port_reservation.h"

namespace idnode::net {

inline Endpoint At(std::string_view address, std::uint16_t port) {
  return {Address::Parse(address).value(), port};
}

// A reservation of a port that nobody has, on every address of the machine.
inline PortReservation AnyPort() {
  auto taken = PortReservation::Take(At("::", 0));
  if (!taken.ok()) throw std::runtime_error(taken.error().what);
  return std::move(taken).value();
}

class StreamClient {
 public:
  // Connects to `server`, from the address `source` if it is given.
  explicit StreamClient(const Endpoint& server, std::string_view source = {}, int buffer = 0)
      : fd_(::socket(AF_INET6, SOCK_STREAM, 0)) {
    const timeval wait{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (buffer != 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (!source.empty()) {
      const sockaddr_in6 own = At(source, 0).ToSocketAddress();
      EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
    }
    const sockaddr_in6 address = server.ToSocketAddress();
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(fd_);
      throw std::runtime_error("connect");
    }
  }
  StreamClient(const StreamClient&) = delete;
  StreamClient& operator=(const StreamClient&) = delete;
  ~StreamClient() { ::close(fd_); }

  // False if the connection is gone or the peer does not take it.
  bool Send(std::string_view octets) const {
    while (!octets.empty()) {
      const ssize_t n = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  // Sends no more, but still receives.
  void Finish() const { ::shutdown(fd_, SHUT_WR); }

  // As many octets, or fewer if the connection ends before.
  std::string Receive(std::size_t size) const {
    std::string out(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      const ssize_t n = ::recv(fd_, out.data() + have, size - have, 0);
      if (n <= 0) break;
      have += static_cast<std::size_t>(n);
    }
    out.resize(have);
    return out;
  }

  // All that comes until the peer closes. Fails the test if it does not, or resets.
  std::string ReceiveAll() const {
    std::string out;
    char octets[4096];
    for (;;) {
      const ssize_t n = ::recv(fd_, octets, sizeof octets, 0);
      if (n < 0) ADD_FAILURE() << "not closed, errno " << errno;
      if (n <= 0) return out;
      out.append(octets, static_cast<std::size_t>(n));
    }
  }

  // Whether the connection has ended or ends within ten seconds, in whatever way.
  bool Ends() const {
    char octet = 0;
    const ssize_t n = ::recv(fd_, &octet, 1, 0);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
  }

 private:
  int fd_;
};

}  // namespace idnode::net
