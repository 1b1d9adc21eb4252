// A TCP server for messages that say how long they are: several threads, each with its own sockets.
//
// Every thread accepts for itself on every endpoint (SO_REUSEPORT lets the kernel spread the
// connections), and a connection never leaves its thread. Clients that send one message and close,
// clients that keep the connection, and clients that send without waiting for answers are all
// served, in order. Boost.Asio is behind this header and not in it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"
#include "net/stream.h"

namespace idnode::net {

struct StreamOptions {
  std::vector<Endpoint> endpoints;  // no port is 0; hold a PortReservation of each while starting
  std::size_t max_connections = 10'000;
  std::size_t max_connections_per_source = 100;  // an IPv4 address, or 56 bits of an IPv6 one
  StreamTimeouts timeouts;
};

// Since the start, all threads together.
struct StreamCounters {
  std::uint64_t accepted = 0;
  std::uint64_t over_limit = 0;   // closed at once: max_connections
  std::uint64_t over_source = 0;  // closed at once: max_connections_per_source
  std::uint64_t accept_errors = 0;
  std::uint64_t messages = 0;
  std::uint64_t refused = 0;  // connections that ended with a StreamTrouble
  std::uint64_t open = 0;     // at this moment
};

class StreamServer {
 public:
  // Starts a thread for each of `handlers`, which must outlive the server. Accepts when it returns.
  // Errors: kMalformed, port 0; as PortReservation::Take().
  static Result<StreamServer> Start(const StreamOptions& options,
                                    std::span<const std::unique_ptr<StreamHandler>> handlers);

  StreamServer(StreamServer&&) noexcept;
  ~StreamServer();  // Stop(0)

  // Accepts no more, closes connections that wait for a message, lets the others receive theirs and
  // send the answer, and ends what is left after `drain`. Returns when all threads have ended. A
  // second call does nothing.
  void Stop(std::chrono::milliseconds drain);

  // Any thread.
  StreamCounters counters() const;

 private:
  struct State;
  explicit StreamServer(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace idnode::net
