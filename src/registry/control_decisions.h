// What may be done to prefixes, tokens and the clock.
#pragma once

#include <memory>
#include <string_view>

#include "registry/control.h"
#include "registry/decision.h"

namespace idnode::registry {

// The objects are complete and checked: the prefix is folded, the token has its id. `control` must
// outlive the request.
std::unique_ptr<ledger::Request> DecideAddPrefix(Asked asked, const stored::v1::Prefix& prefix);
std::unique_ptr<ledger::Request> DecideAddToken(Asked asked, const stored::v1::Token& token);
std::unique_ptr<ledger::Request> DecideRevokeToken(Asked asked, std::string_view id,
                                                   ControlTable& control);
std::unique_ptr<ledger::Request> DecideAcceptClock(Asked asked);

}  // namespace idnode::registry
