// The log itself, read once from its first entry to its last: the entries' own marks, the tree, the
// chains of identifiers and prefixes. Learns what the views must hold on the way.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/counts_check.h"
#include "audit/row_check.h"
#include "audit/row_cursor.h"
#include "audit/rule.h"
#include "audit/seq_set.h"
#include "audit/stored_entry.h"
#include "audit/task.h"
#include "ledger/compact_range.h"
#include "ledger/entry.h"

namespace idnode::audit {

// One thread.
class LogCheck {
 public:
  // What the entries come to. Nothing where something is missing that it depends on.
  struct Sum {
    std::uint64_t entries = 0;
    std::uint64_t erased = 0;  // payloads that are gone, as a later entry says
    std::optional<ledger::CompactRange> tree;
    std::int64_t time_ms = 0;  // of the last entry
    std::optional<std::int64_t> lag_ms;
  };

  // Entries from `end` on are not of the log: that is what the head says, if it can be read.
  // Requests are remembered from the entry `remembered` on. `task` and `rule` (may be empty) must
  // outlive the check.
  LogCheck(const Task& task, std::optional<ledger::Seq> end, ledger::Seq remembered,
           const Rule& rule);

  // Reads the log. Errors: those of the store; kCancelled.
  Status Run();

  const Sum& sum() const noexcept { return sum_; }
  CountsCheck& counts() noexcept { return counts_; }

  // The entries that are the last of their identifier or control object: each has a row.
  Makers& states() noexcept { return states_; }

  // The entries whose request is remembered, unless its id was used again.
  Makers& requests() noexcept { return requests_; }

 private:
  struct Item {
    ledger::Seq seq = 0;
    StoredEntry entry;
    bool payload_missing = false;
  };

  Status ReadPage(std::vector<Item>& page);
  Status ReadLeaf(const store::Row& row, std::vector<Item>& page);
  Status ReadPayload(std::string_view key, Item& item);
  Status SkipPayloads(std::optional<std::string_view> before);
  static bool HasBefore(const Item& item);
  Status CheckPage(const std::vector<Item>& page);
  Status CheckItem(const Item& item, const StoredEntry& before);
  void CheckSequence(ledger::Seq seq);
  void CheckLeaf(const Item& item);
  void CheckMeaning(const Item& item);
  void CheckChain(const Item& item, const StoredEntry& before);
  void CheckRule(const Item& item, const StoredEntry& before);
  void SumUp(const Item& item, const std::vector<store::Put>& puts);
  Status Excuse(const Item& erasure);
  Status CheckEnd();
  void Wrong(ledger::Seq seq, Text what);

  const Task& task_;
  const std::optional<ledger::Seq> end_;
  const ledger::Seq remembered_;
  const Rule& rule_;
  RowCursor leaves_;
  RowCursor payloads_;
  CountsCheck counts_;
  Makers states_;
  Makers requests_;
  SeqSet missing_payloads_;
  SeqSet excused_;  // looked at by Excuse()
  ledger::Seq expected_ = 0;
  std::optional<std::uint32_t> shard_;
  Sum sum_;
};

}  // namespace idnode::audit
