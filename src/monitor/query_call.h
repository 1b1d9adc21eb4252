// Statistics.Query, whatever door it came in by.
#pragma once

#include <variant>

#include "idnode/v1/statistics.pb.h"
#include "registry/principal.h"
#include "registry/problem.h"
#include "store/engine.h"

namespace idnode::monitor {

// Reads the store; any thread. Problems: prefix_malformed, day_malformed, period_reversed,
// permission_denied, and those of the store.
std::variant<v1::QueryResponse, registry::Problem> AnswerQuery(const store::Engine& store,
                                                               const registry::Principal& principal,
                                                               const v1::QueryRequest& request);

}  // namespace idnode::monitor
