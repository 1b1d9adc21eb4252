// Entries read at random, by somebody who trusts none of them.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ledger/entry.h"
#include "store/engine.h"

namespace idnode::audit {

// What of an entry can be read; the rest is missing or damaged.
struct StoredEntry {
  std::optional<ledger::Leaf> leaf;
  std::optional<ledger::Payload> payload;
};

// The entries `seqs`, in that order. Nothing but a checksum and the form is checked here; an entry
// that does not exist is one of which nothing can be read.
// Errors: those of Readable::MultiGet().
Result<std::vector<StoredEntry>> ReadEntries(const store::Readable& store,
                                             std::span<const ledger::Seq> seqs);

}  // namespace idnode::audit
