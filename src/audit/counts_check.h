// The counts view against the log: every tip and every day row, made again by Project().
//
// While the log is read, each prefix has one tip and one day at hand. The row of a day is compared
// when the prefix's next day begins, for it is final then; the tip is compared at the end. So what
// is held is a few hundred octets a prefix, and 4 octets for each of its days, from which the rows
// are told that should not be there.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "audit/task.h"
#include "ledger/entry.h"
#include "ledger/project.h"
#include "ledger/rows.h"
#include "store/engine.h"

namespace idnode::audit {

// One thread.
class CountsCheck {
 public:
  // `task` must outlive the check.
  explicit CountsCheck(const Task& task) noexcept : task_(task) {}

  // The next entry of the log; returns the rows that it makes, of all families. Where its payload
  // could not be read, that is at its defaults, and only the rows of counts are right.
  std::vector<store::Put> Follow(const ledger::Entry& entry);

  // Compares the days that have become final. Errors: those of the store.
  Status CompareDays();

  // The whole view, once the log has been read. Errors: those of the store; kCancelled.
  Status Finish();

  // Rows that the view should have.
  std::uint64_t rows() const noexcept { return rows_; }

 private:
  struct Prefix {
    ledger::Tip tip;
    ledger::Totals drift;  // running totals in the leaves, less what was counted
    store::Put tip_row;
    store::Put day_row;              // of the latest day; no key: none yet
    std::vector<std::int32_t> days;  // that are final
    bool tip_found = false;
  };

  void CheckLeaf(const ledger::Leaf& leaf, Prefix& prefix);
  void EndDay(Prefix& prefix);
  void CheckRow(const store::Row& row);
  void CheckTip(const store::Row& row, Prefix& prefix);

  const Task& task_;
  std::unordered_map<std::string, Prefix> prefixes_;
  std::vector<store::Put> final_days_;  // to be compared
  std::uint64_t rows_ = 0;
};

}  // namespace idnode::audit
