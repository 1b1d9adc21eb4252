// The entries of one identifier or control object, newest first, along `prev`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "ledger/entry.h"
#include "ledger/project.h"
#include "store/engine.h"

namespace idnode::audit {

// A page ends after so many entries, or behind the entry with which its records reach so many
// octets.
inline constexpr std::size_t kMaxHistory = 1'000;
inline constexpr std::size_t kHistoryOctets = std::size_t{1} << 20;

struct History {
  std::vector<ledger::Entry> entries;  // a payload that has been erased is left at its defaults
  bool more = false;
};

// A page, of at most `limit` entries, of `subject`: from its last one on, or those
// before the entry `before`, which may come from a stranger. `store` is one moment. Any thread.
// Errors: kNotFound   it never existed, or `before` is not an entry of it
//         kCorrupt    the chain does not hold: `detail` has the low 32 bits of the seq
//         kUnavailable
Result<History> ReadHistory(const store::Readable& store, const ledger::Subject& subject,
                            std::optional<ledger::Seq> before, std::size_t limit);

}  // namespace idnode::audit
