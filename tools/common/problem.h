// Why the node refused a call.
#pragma once

#include <grpcpp/client_context.h>

#include <optional>

#include "idnode/v1/common.pb.h"

namespace idnode::tools {

// The Problem in the trailing metadata of a call that has ended; nothing if it ended for a reason
// of gRPC's own.
std::optional<v1::Problem> ProblemOf(const grpc::ClientContext& context);

}  // namespace idnode::tools
