// Rebuilds every view and the Merkle tree from the entries, and compares with what is stored.
//
//   leaf, payload  numbers without a gap, time never back, every payload is what its leaf commits
//                  to; running totals; chains of identifiers and of prefixes; kinds that may follow
//                  one another; and what a rule from outside says of each entry
//   meta           the head: its tree, its time, how far behind a clock was accepted
//   records,       exactly the rows that the last entries of all identifiers and control objects
//   control        make
//   counts         exactly the tips and days of the log
//   requests       exactly those that are not forgotten
//   jobs           up to where requests are forgotten
//   tiles, usage   not looked at: rebuildable, and no registrations
//
// What cannot be seen from within: the head's epoch and nonce, and a store that was put back to an
// earlier state or made anew as a whole. For the first see the mark file (store/mark_file.h), for
// both a root that was written down elsewhere: the result holds the one of now.
//
// Order of reading: the log from its first entry to its last, with the entries that these follow
// and the rows of counts, each when its day is over, read at random; then the views, in the order
// of their keys. So what was only created is never read at random. Where a view turns out to be
// wrong it is read again, with the entries that its rows name, to tell which rows are. Memory: some
// hundred octets for each prefix, 4 octets for each row of counts, two bits for each entry, and
// pages of rows: 20 MB where records are as large as they may be. A log of a billion entries: 250
// MB.
//
// Nothing that is read is trusted; whatever the octets are, this ends, after a time and with a
// memory in proportion to the store.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "audit/difference.h"
#include "audit/progress.h"
#include "audit/rule.h"
#include "base/result.h"
#include "ledger/entry.h"
#include "store/engine.h"

namespace idnode::audit {

struct Verification {
  std::uint64_t entries = 0;            // in the log
  std::optional<ledger::Hash> root;     // of the tree that they make; nothing if one is missing
  std::uint64_t erased = 0;             // payloads that are gone, as a later entry says
  std::uint64_t rows = 0;               // that were read, of all families
  std::vector<Difference> differences;  // the first ones
  std::uint64_t difference_count = 0;

  bool ok() const noexcept { return difference_count == 0; }
};

struct VerifyOptions {
  // How many entries have been acknowledged, from outside the store: store::MarkFile::Read().
  std::optional<std::uint64_t> mark;
  Rule rule = {};                 // registry::LogRules::FaultOf(); none: no rules
  std::size_t differences = 100;  // that are named
  Progress progress;
};

// `store` is one moment: a snapshot, or an engine that nobody writes to. Any thread.
// Errors: kUnavailable, the store does not answer or the snapshot has ended; kCancelled. Damage,
//         also such as the store itself finds, is no error but a difference.
Result<Verification> Verify(const store::Readable& store, const VerifyOptions& options);

}  // namespace idnode::audit
