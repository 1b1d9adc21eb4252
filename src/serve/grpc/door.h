// What the services of the gRPC door share.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <variant>

#include "registry/principal.h"
#include "registry/problem.h"
#include "serve/grpc/answer_thread.h"
#include "serve/grpc/calls.h"
#include "serve/grpc/server.h"

namespace idnode::serve {

// Any thread.
struct Door {
  const GrpcServer::Options options;
  const GrpcServer::Services services;
  Calls calls;
  AnswerThread answers;
};

// In which the caller wants to read: metadata "accept-language".
registry::Language LanguageOf(const grpc::CallbackServerContext& context);

// Who calls: metadata "authorization: Bearer SECRET". Problems: Registry::Authenticate()'s;
// unavailable, the node is stopping.
std::variant<registry::Principal, registry::Problem> CallerOf(
    const Door& door, const grpc::CallbackServerContext& context);

// The status that a refused call ends with; puts the problem into its trailing metadata.
grpc::Status Refusal(grpc::CallbackServerContext& context, const registry::Problem& problem);

}  // namespace idnode::serve
