// The views whose rows name the entry that made them: records, control objects, requests.
//
// The log says which entries make the rows, and what the sum of these rows is. A view with that sum
// is right, which takes one reading in the order of its keys.
//
// With another sum it is read once more, to name what is wrong: every row, then the entry that it
// names, and Project() says what the row should be. Who is named is struck off, and what is left
// then has no row, or a wrong one.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "audit/row_sum.h"
#include "audit/seq_set.h"
#include "audit/stored_entry.h"
#include "audit/task.h"
#include "ledger/entry.h"
#include "store/engine.h"

namespace idnode::audit {

// What the log says of a view.
struct Makers {
  SeqSet entries;  // that make its rows, one each
  RowSum rows;     // the sum of those rows
};

// From which entry on requests are remembered.
struct Memory {
  ledger::Seq from = 0;
  bool is_exact = false;    // otherwise only the last 30 days before `now_ms` must be there
  std::int64_t now_ms = 0;  // time of the last entry
};

// Both: errors are those of the store, and kCancelled. The makers are used up.

// Families records and control, made by the last entries of their identifiers and control objects.
Status CheckStates(const Task& task, Makers& states);

// Family requests, made by the entries from `memory.from` on. Request ids may have been used again;
// then there is an entry whose row is another one's by now, and the sum does not fit.
Status CheckRequests(const Task& task, const Memory& memory, Makers& requests);

}  // namespace idnode::audit
