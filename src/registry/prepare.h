// From a command to a request that the committer takes.
#pragma once

#include <memory>

#include "registry/registry.h"

namespace idnode::registry {

// Checks what depends on `command` alone. If that is well, the request to hand to the committer,
// which calls `done` in the end; otherwise calls `done` with the problem, and returns null.
std::unique_ptr<ledger::Request> Prepare(Command command, const Registry::Options& options,
                                         const ControlTable& control, Registry::Callback done);

}  // namespace idnode::registry
