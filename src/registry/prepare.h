// From a command to a request that the committer takes.
#pragma once

#include <memory>
#include <variant>

#include "registry/registry.h"

namespace idnode::registry {

using Prepared = std::variant<std::unique_ptr<ledger::Request>, Problem>;

// Checks what depends on `command` alone. If that is well, the request to hand to the committer,
// which calls `done` in the end; otherwise the problem, and `done` is not called.
Prepared Prepare(Command command, const Registry::Options& options, ControlTable& control,
                 Registry::Callback done);

}  // namespace idnode::registry
