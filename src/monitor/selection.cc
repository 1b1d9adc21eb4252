#include "monitor/selection.h"

namespace idnode::monitor {
namespace {

using registry::Principal;
using registry::Problem;

constexpr registry::Scope kMonitor = stored::v1::SCOPE_MONITOR;

}  // namespace

std::optional<Problem> RequireAll(const Principal& principal, const Selection& selection) {
  const bool derived = selection.below && !selection.prefix.empty();
  return derived ? principal.RequireBelow(kMonitor, selection.prefix)
                 : principal.Require(kMonitor, selection.prefix);
}

std::optional<Problem> RequireAny(const Principal& principal) {
  const bool limited = !principal.is_node() && !principal.token().all_prefixes() &&
                       !principal.token().prefixes().empty();
  return principal.Require(kMonitor, limited ? principal.token().prefixes(0).prefix() : "");
}

bool Sees(const Principal& principal, std::string_view prefix) {
  return !principal.Require(kMonitor, prefix).has_value();
}

}  // namespace idnode::monitor
