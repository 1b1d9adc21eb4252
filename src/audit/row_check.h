// The views whose rows name the entry that made them: records, control objects, requests.
//
// Every row is read, then the entry that it names, and Project() says what the row should be. Which
// entries have to be named by a row is known from the log: who is named is struck off, and what is
// left then has no row, or a wrong one.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "audit/seq_set.h"
#include "audit/stored_entry.h"
#include "audit/task.h"
#include "ledger/entry.h"
#include "store/engine.h"

namespace idnode::audit {

// From which entry on requests are remembered.
struct Memory {
  ledger::Seq from = 0;
  bool is_exact = false;    // otherwise only the last 30 days before `now_ms` must be there
  std::int64_t now_ms = 0;  // time of the last entry
};

// Both: errors are those of the store, and kCancelled.

// Families records and control. `last`: the entries that are the last of their identifier or
// control object; empty afterwards but for those without a row.
Status CheckStates(const Task& task, SeqSet& last);

// Family requests. `requests`: the entries from `memory.from` on.
Status CheckRequests(const Task& task, const Memory& memory, SeqSet& requests);

}  // namespace idnode::audit
