// The registry: may this principal make this change, and if so, make it.
//
// Every door hands its writes in here as a Command. What depends on the command alone (grammar,
// limits, values) is checked at once, on the caller's thread; what depends on the state (is the
// token still good, does the prefix exist, is the identifier free) is decided on the commit thread
// by a decision (decision.h). Reads for those who may see more than the public are here as well:
// lookup.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "ledger/committer.h"
#include "registry/command.h"
#include "registry/control.h"
#include "registry/record.h"

namespace idnode::registry {

// Any thread.
class Registry {
 public:
  struct Options {
    std::string node_prefix;  // folded; prefixes must be it or below it; empty: any
    RecordLimits record;
  };

  // Called exactly once; on the commit thread, or by Submit() on its caller's. Must not block.
  using Callback = std::function<void(const Outcome&)>;

  // All must outlive the registry.
  Registry(ledger::Committer& committer, ControlTable& control, const Clock& clock,
           Options options) noexcept
      : committer_(committer), control_(control), clock_(clock), options_(std::move(options)) {}

  // The bearer of a secret. Problems: token_missing (empty), token_unknown, token_expired,
  // token_revoked.
  std::variant<Principal, Problem> Authenticate(std::string_view secret) const;

  void Submit(Command command, const Callback& done);

  const Options& options() const noexcept { return options_; }

 private:
  ledger::Committer& committer_;
  ControlTable& control_;
  const Clock& clock_;
  const Options options_;
};

}  // namespace idnode::registry
