// What somebody outside knows of entries, and an audit cannot: the rules of the registry.
#pragma once

#include <functional>

#include "base/text.h"
#include "ledger/entry.h"

namespace idnode::audit {

// What is against an entry; nullptr: nothing. Called for every leaf that can be read,
// in the order of the log, with what can be read of its own payload and of that of the entry before
// it about the same identifier or control object; otherwise with nullptr.
using Rule = std::function<const Words*(const ledger::Leaf& leaf, const ledger::Payload* payload,
                                        const ledger::Payload* before)>;

}  // namespace idnode::audit
