// Counts the log anew: how often entries of each kind came in, by prefix, day in China and channel.
// From the public leaves alone, and by its own arithmetic: neither Project() nor the running totals
// have a part in it. Then compares with the rows of the counts view, and with the totals that the
// leaves carry.
//
// Reads the log once, in order, and the rows of counts at random, each when its day is over.
// Memory: some hundred octets for each prefix, 4 octets for each of its days.
//
// This is the short question, "are the numbers right?". Whether the entries themselves are what
// they were is Verify()'s (verify.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/difference.h"
#include "audit/progress.h"
#include "base/result.h"
#include "ledger/entry.h"
#include "store/engine.h"

namespace idnode::audit {

struct Recounted {
  std::uint64_t entries = 0;            // of the log
  ledger::Totals total;                 // of all prefixes, as counted
  std::uint64_t prefixes = 0;           // that have had entries
  std::vector<Difference> differences;  // the first ones
  std::uint64_t difference_count = 0;

  bool equal() const noexcept { return difference_count == 0; }
};

struct RecountOptions {
  std::size_t differences = 100;  // that are named
  Progress progress;              // entries
};

// `store` is one moment: a snapshot, or an engine that nobody writes to. Any thread.
// Errors: kCorrupt, the store itself finds damage; kUnavailable, the store does not answer or the
//         snapshot has ended; kCancelled.
Result<Recounted> Recount(const store::Readable& store, const RecountOptions& options);

}  // namespace idnode::audit
