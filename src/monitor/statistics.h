// The monitoring module's numbers: what was registered, by prefix, day and channel.
//
//   statistics     how many, in a period
//   query_call     the same as a call of Statistics.Query
//   feed           every row that changed since a cursor (Statistics.Watch)
//   feed_cursor    where a receiver of the feed goes on
//   feed_hub       wakes whoever follows the feed, after commits
//   counts_reader  the rows underneath
//   selection      which prefixes; who may see them
//
// Everything is read from the counts view, whose rows are cumulative: a period is the difference of
// two of them, so a question costs prefixes times periods and never touches an identifier.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "ledger/entry.h"
#include "monitor/selection.h"
#include "store/engine.h"

namespace idnode::monitor {

enum class GroupBy : std::uint8_t { kNone, kPrefix, kDay, kChannel };

struct Query {
  Selection selection;
  std::optional<Day> from;  // none: since ever
  std::optional<Day> to;    // included; none: until now
  GroupBy group_by = GroupBy::kNone;
};

struct Counted {
  // What happened in the period. Which of these is set, GroupBy says.
  struct Row {
    std::string prefix;
    std::optional<Day> day;
    std::optional<ledger::Channel> channel;
    ledger::Totals totals;
    std::int64_t active_at_end = 0;  // by prefix: identifiers of it that existed at the end
  };
  // In the order of their groups; groups in which nothing happened are left out, but for prefixes
  // that had identifiers at the end. Without grouping,
  // a single row.
  std::vector<Row> rows;
  std::uint64_t prefixes = 0;      // that are selected and have had entries at any time
  ledger::Totals total;            // of the period
  std::int64_t active_at_end = 0;  // identifiers that existed at the end of it
  ledger::Seq log_size = 0;        // every entry below is counted
};

// Costs a seek for each selected prefix and each end of the period; by day, the rows of the period.
// Errors: the store's; kCorrupt. REQUIRES: a snapshot, or the parts may not fit together.
Result<Counted> Count(const store::Readable& snapshot, const Query& query);

}  // namespace idnode::monitor
