// What the services of the gRPC door share.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "registry/principal.h"
#include "registry/problem.h"
#include "serve/grpc/answer_thread.h"
#include "serve/grpc/calls.h"
#include "serve/grpc/server.h"
#include "serve/grpc/ticker.h"
#include "serve/grpc/workers.h"

namespace idnode::serve {

// Answers that gRPC has been given and clients have not taken yet, which its own quota does not
// count: somebody who asks much and reads nothing must not take the memory. Any thread.
class Unsent {
 public:
  explicit Unsent(std::size_t most) noexcept : most_(most) {}

  void Add(std::size_t octets) noexcept { octets_.fetch_add(octets, std::memory_order_relaxed); }
  void Remove(std::size_t octets) noexcept { octets_.fetch_sub(octets, std::memory_order_relaxed); }

  // No more questions are taken until some have left.
  bool is_full() const noexcept { return octets_.load(std::memory_order_relaxed) > most_; }
  // Clients have to hurry.
  bool is_much() const noexcept { return octets_.load(std::memory_order_relaxed) > most_ / 2; }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> octets_{0};
};

// Any thread.
struct Door {
  Door(GrpcServer::Options door_options, GrpcServer::Services made_on)
      : options(std::move(door_options)),
        services(std::move(made_on)),
        unsent(options.memory_octets / 4),
        feeder(1, options.watchers),
        ticker(options.tick, [this] { calls.Tick(); }) {}

  const GrpcServer::Options options;
  const GrpcServer::Services services;
  Unsent unsent;
  Calls calls;
  AnswerThread answers;
  Workers batches{1, 64};                // BatchResolve: anybody's, so it keeps off the others
  Workers readers{2, 256};               // lists, history, statistics: what may take a while
  Workers workers{2, 8};                 // what reads much of the log
  Workers feeder;                        // what follows the feed: room for a turn of every watcher
  std::atomic<std::size_t> watchers{0};  // that are being served
  Ticker ticker;                         // last: it speaks to those above
};

// Whether a question can be answered now. Problems: unavailable, the node is stopping; read_busy.
std::optional<registry::Problem> CheckRoom(const Door& door);

// In which the caller wants to read: metadata "accept-language".
Language LanguageOf(const grpc::CallbackServerContext& context);

// Who calls: metadata "authorization: Bearer SECRET". Problems: Registry::Authenticate()'s;
// unavailable, the node is stopping.
std::variant<registry::Principal, registry::Problem> CallerOf(
    const Door& door, const grpc::CallbackServerContext& context);

// The status that a refused call ends with; puts the problem into its trailing metadata.
grpc::Status Refusal(grpc::CallbackServerContext& context, const registry::Problem& problem);

}  // namespace idnode::serve
