#include "monitor/selection.h"

#include "registry/control.h"

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

std::optional<Problem> CheckServed(const store::Readable& store, const Selection& selection) {
  if (selection.prefix.empty()) return std::nullopt;
  const std::string key = registry::PrefixControlKey(selection.prefix);
  std::string object;
  const Status got = store.Get(store::Family::kControl, key, object);
  if (got.ok()) return std::nullopt;
  if (got.error().code != Errc::kNotFound) return registry::FromStore(got.error());
  if (selection.below) {
    const std::string derived = key + '.';
    const auto rows = store.Scan(store::Family::kControl, derived, 1);
    if (!rows.ok()) return registry::FromStore(rows.error());
    if (!rows.value().empty() && rows.value().front().key.starts_with(derived)) return std::nullopt;
  }
  return Problem{.code = registry::Code::kPrefixUnknown,
                 .field = "prefix",
                 .parameters = {{"prefix", selection.prefix}}};
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
