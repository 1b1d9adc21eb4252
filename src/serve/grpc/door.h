// What the services of the gRPC door share.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <atomic>
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

// Any thread.
struct Door {
  Door(GrpcServer::Options door_options, GrpcServer::Services made_on)
      : options(std::move(door_options)),
        services(std::move(made_on)),
        feeder(1, options.watchers),
        ticker(options.tick, [this] { calls.Tick(); }) {}

  const GrpcServer::Options options;
  const GrpcServer::Services services;
  Calls calls;
  AnswerThread answers;
  Workers batches{1, 64};                // BatchResolve: anybody's, so it keeps off the others
  Workers readers{2, 256};               // lists, history, statistics: what may take a while
  Workers workers{2, 8};                 // what reads much of the log
  Workers feeder;                        // what follows the feed: room for a turn of every watcher
  std::atomic<std::size_t> watchers{0};  // that are being served
  Ticker ticker;                         // last: it speaks to those above
};

// In which the caller wants to read: metadata "accept-language".
Language LanguageOf(const grpc::CallbackServerContext& context);

// Who calls: metadata "authorization: Bearer SECRET". Problems: Registry::Authenticate()'s;
// unavailable, the node is stopping.
std::variant<registry::Principal, registry::Problem> CallerOf(
    const Door& door, const grpc::CallbackServerContext& context);

// The status that a refused call ends with; puts the problem into its trailing metadata.
grpc::Status Refusal(grpc::CallbackServerContext& context, const registry::Problem& problem);

}  // namespace idnode::serve
