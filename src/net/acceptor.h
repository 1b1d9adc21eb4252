// Accepts TCP connections, within limits, for somebody else who serves and closes them.
//
// It has to know when a connection ends, and whoever serves it does not tell. So it keeps a second
// descriptor of each, on which the kernel reports the hang-up: when both directions are shut down,
// by the peer's reset or by the server's shutdown(), which must come before its close(). A
// connection thus takes two descriptors.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"

namespace idnode::net {

struct AcceptorCounters {
  std::uint64_t open = 0;  // at this moment
  std::uint64_t accepted = 0;
  std::uint64_t over_limit = 0;   // closed at once: max_connections
  std::uint64_t over_source = 0;  // closed at once: max_connections_per_source
  std::uint64_t accept_errors = 0;
};

class Acceptor {
 public:
  struct Options {
    std::vector<Endpoint> endpoints;  // port 0: the system picks one
    std::size_t max_connections = 1'000;
    std::size_t max_connections_per_source = 100;  // an IPv4 address, or 56 bits of an IPv6 one
    // A connection whose peer acknowledges nothing for that long ends.
    std::chrono::milliseconds unacknowledged{20'000};
  };

  // Takes over `fd`, a non-blocking socket that came in on `listener`. Called on one thread.
  using Receiver = std::function<void(int listener, int fd)>;

  // Listens: from now on clients can connect, and wait to be accepted. `reason` receives errors in
  // words for the operator, the endpoint first. Errors: as OpenListener() in net/socket.h.
  static Result<Acceptor> Listen(const Options& options, std::string& reason);

  Acceptor(Acceptor&&) noexcept;
  ~Acceptor();  // Stop()

  // As Options::endpoints, with the ports that the system picked.
  const std::vector<Endpoint>& endpoints() const noexcept;

  // Accepts, on a thread of its own. Call once.
  void Start(Receiver receive);

  // Listens no more, and watches no more connections; they themselves go on. When it returns, the
  // receiver is not called any more. A second call does nothing.
  void Stop();

  // Any thread.
  AcceptorCounters counters() const;

 private:
  struct State;
  explicit Acceptor(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace idnode::net
