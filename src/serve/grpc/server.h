// The gRPC door: proto/idnode/v1 over HTTP/2, health and reflection beside it.
//
//   server       starts and stops it
//   registrar, admin, resolver, statistics, audit
//                a service each: from its messages to the rooms below and back
//   door         what all of them share
//   unary        a call with one answer         row_stream    a row in, its result out
//   calls        who is being served, and how that ends when the node stops
//   answer_thread  ends calls, so that the commit thread does not have to
//   workers      threads for what takes long
//   problem_status, convert
//                from the registry's words to the wire's
//
// Everything is asynchronous: no thread of gRPC ever waits for the disk of a commit. A write is
// handed to the registry, and its callback, on the commit thread, only notes what came of it; the
// answer thread sends it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/count.h"
#include "base/endpoint.h"
#include "base/published.h"
#include "base/result.h"
#include "ledger/committer.h"
#include "monitor/feed_hub.h"
#include "registry/lookup.h"
#include "registry/registry.h"
#include "resolve/prefix_table.h"
#include "store/engine.h"

namespace idnode::serve {

// Any thread.
class GrpcServer {
 public:
  struct Options {
    std::vector<Endpoint> listen;              // port 0: the system picks one
    std::size_t connections = 1'000;           // open at a time; a further one is closed at once
    std::size_t connections_per_source = 100;  // of one IPv4 address, or 56 bits of an IPv6 one

    // PEM: the chain, the server's own certificate first; its key without a pass phrase. Both or
    // neither; with them TLS 1.2 or newer, without them everything in the clear.
    std::filesystem::path certificate_file;
    std::filesystem::path key_file;

    std::size_t message_octets = std::size_t{4} << 20;   // the largest message that is received
    std::size_t memory_octets = std::size_t{512} << 20;  // for messages on their way
    std::uint32_t calls_per_connection = 1'000;          // under way; the client holds back others
    std::uint32_t watchers = 64;                         // of the feed, at the same time
    std::uint32_t stream_window = 256;  // rows of a stream that are read and not yet answered

    // A client that takes a message no sooner is dropped, with all that its call holds; and how
    // often calls are looked at: has that passed, has a watcher's token ended?
    std::chrono::milliseconds write_patience{60'000};
    std::chrono::milliseconds last_write{1'000};  // instead, when the node stops or memory is short
    std::chrono::milliseconds tick{2'000};

    // A silent connection is asked whether it is still there, and closed if it does not answer.
    std::chrono::milliseconds keepalive{60'000};
    std::chrono::milliseconds keepalive_timeout{20'000};
    std::chrono::milliseconds idle{3'600'000};    // a connection without calls is closed
    std::chrono::milliseconds handshake{20'000};  // for TLS and the first octets of HTTP/2
  };

  // What the calls are made on. All must outlive the server, the committer running until Stop() has
  // returned.
  struct Services {
    registry::Registry& registry;
    const registry::Lookup& lookup;
    const store::Engine& store;
    const ledger::Committer& committer;
    const Published<resolve::PrefixTable>& prefixes;
    monitor::FeedHub& hub;
    std::string version;  // of the program, for GetStatus
    std::string name;     // of the node, for GetStatus
    CountSource counts;   // of the other doors, for GetStatus; may be empty
  };

  // Reads the certificate and listens: clients can connect and wait from now on. `reason` receives
  // errors in words for the operator. Errors: kMalformed, the certificate or its key; those of
  // net::Acceptor::Listen().
  static Result<std::unique_ptr<GrpcServer>> Listen(Options options, std::string& reason);

  // Serves. Call once. False if gRPC does not start, and does not say why.
  [[nodiscard]] bool Serve(Services made_on);

  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;
  ~GrpcServer();  // Stop() without patience

  // Where it listens: as Options::listen, with the ports that the system picked.
  const std::vector<Endpoint>& endpoints() const noexcept;

  // What it has counted of connections. Any thread.
  std::vector<Count> counts() const;

  // Listens no more, says NOT_SERVING to who asks for its health, refuses new calls, ends streams
  // with UNAVAILABLE once the rows they have taken are answered, and lets unary calls finish. What
  // is still there after `patience` is cancelled. Returns when nothing is left. A second call does
  // nothing.
  void Stop(std::chrono::milliseconds patience);

 private:
  struct Impl;
  explicit GrpcServer(std::unique_ptr<Impl> impl) noexcept;

  const std::unique_ptr<Impl> impl_;
};

}  // namespace idnode::serve
