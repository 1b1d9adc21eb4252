// Reading the counts view (ledger/rows.h) in its order, a few rows at a time, however many there
// are.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "ledger/rows.h"
#include "monitor/selection.h"
#include "store/engine.h"

namespace idnode::monitor {

// The rows of a family with keys from `from` up to, not including, `to`.
class RowReader {
 public:
  // Reads `chunk` rows at a time. `store` must outlive the reader.
  RowReader(const store::Readable& store, std::string from, std::string to, std::size_t chunk)
      : store_(&store), from_(std::move(from)), to_(std::move(to)), chunk_(chunk) {}

  // The next row, good until the next call; null at the end. Errors: the store's.
  Result<const store::Row*> Next();

 private:
  const store::Readable* store_;
  std::string from_;
  std::string to_;
  std::size_t chunk_;
  std::vector<store::Row> rows_;
  std::size_t position_ = 0;
  bool ended_ = false;  // nothing behind rows_
};

struct PrefixTip {
  std::string prefix;
  ledger::Tip tip;
};

// The tips of the selected prefixes, in the order of their octets.
class TipReader {
 public:
  // `store` must outlive the reader.
  TipReader(const store::Readable& store, const Selection& selection);

  // The next one; none at the end. Errors: the store's; kCorrupt.
  Result<std::optional<PrefixTip>> Next();

 private:
  std::vector<RowReader> ranges_;  // the last one first
};

struct DayRow {
  Day day;
  ledger::ChannelTotals totals;  // cumulative, at the end of the day
};

// The days on which something happened to a prefix, newest first.
class DayReader {
 public:
  // From `newest` back. `store` must outlive the reader.
  DayReader(const store::Readable& store, std::string_view prefix, Day newest, std::size_t chunk);

  // The next one; none at the end. Errors: the store's; kCorrupt.
  Result<std::optional<DayRow>> Next();

 private:
  RowReader rows_;
};

// The counts of a prefix at the end of a day: one seek. Errors: the store's; kCorrupt.
Result<ledger::ChannelTotals> CountsAt(const store::Readable& store, std::string_view prefix,
                                       Day day);

}  // namespace idnode::monitor
