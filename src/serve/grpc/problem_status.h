// Problems as gRPC tells them: the one place where a category becomes a status.
#pragma once

#include <grpcpp/support/status.h>

#include "idnode/v1/common.pb.h"
#include "registry/problem.h"

namespace idnode::serve {

// Trailing metadata of every refused call: an idnode.v1.Problem, serialized.
inline constexpr const char* kProblemKey = "idnode-problem-bin";

grpc::StatusCode StatusCodeOf(registry::Category category) noexcept;

// Its message is cause and fix.
grpc::Status StatusOf(const registry::Problem& problem, Language language);

void ToProto(const registry::Problem& problem, Language language, v1::Problem& out);

// The node is stopping.
registry::Problem StoppingProblem();

}  // namespace idnode::serve
