// Which prefixes somebody asks about, and which somebody may see.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "registry/principal.h"
#include "registry/problem.h"
#include "store/engine.h"

namespace idnode::monitor {

struct Selection {
  std::string prefix;  // folded; empty: all
  bool below = false;  // and the prefixes derived from it
};

// Whether the principal may see the counts of all that is selected. A part of it is not enough: a
// sum over what happens to be visible would look like the sum of all. Problems: permission_denied.
std::optional<registry::Problem> RequireAll(const registry::Principal& principal,
                                            const Selection& selection);

// Whether any prefix of the selection has been added. Problems: prefix_unknown; those of the store.
std::optional<registry::Problem> CheckServed(const store::Readable& store,
                                             const Selection& selection);

// Whether the principal may see the counts of any prefix. Problems: permission_denied.
std::optional<registry::Problem> RequireAny(const registry::Principal& principal);

// Whether the principal may see the counts of one prefix (folded).
bool Sees(const registry::Principal& principal, std::string_view prefix);

}  // namespace idnode::monitor
