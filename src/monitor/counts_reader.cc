#include "monitor/counts_reader.h"

namespace idnode::monitor {
namespace {

constexpr std::size_t kTips = 256;  // read at a time

// The first key behind `key`.
std::string Behind(std::string key) { return key += '\0'; }

}  // namespace

Result<const store::Row*> RowReader::Next() {
  if (position_ == rows_.size() && !ended_ && from_ < to_) {
    auto rows = store_->Scan(store::Family::kCounts, from_, chunk_);
    if (!rows.ok()) return rows.error();
    rows_ = std::move(rows).value();
    position_ = 0;
    ended_ = rows_.size() < chunk_;
    if (!ended_) from_ = Behind(rows_.back().key);
  }
  if (position_ == rows_.size() || rows_[position_].key >= to_) return nullptr;
  return &rows_[position_++];
}

TipReader::TipReader(const store::Readable& store, const Selection& selection) {
  const auto add = [&](std::string from, std::string to, std::size_t chunk) {
    ranges_.emplace_back(store, std::move(from), std::move(to), chunk);
  };
  const std::string& prefix = selection.prefix;
  if (prefix.empty()) {  // all but the tip of the control objects; prefixes are ASCII
    add(Behind(ledger::TipKey("")), ledger::TipKey("\x80"), kTips);
    return;
  }
  if (selection.below) {  // "88.118.1", not "88.118-a", which stands before it, nor "88.1180"
    add(ledger::TipKey(prefix + "."), ledger::TipKey(prefix + "/"), kTips);
  }
  add(ledger::TipKey(prefix), Behind(ledger::TipKey(prefix)), 1);
}

Result<std::optional<PrefixTip>> TipReader::Next() {
  while (!ranges_.empty()) {
    const auto row = ranges_.back().Next();
    if (!row.ok()) return row.error();
    if (row.value() == nullptr) {
      ranges_.pop_back();
      continue;
    }
    const auto key = ledger::DecodeCountsKey(row.value()->key);
    if (!key.ok()) return key.error();
    const auto tip = ledger::DecodeTip(row.value()->value);
    if (!tip.ok()) return tip.error();
    return std::optional(PrefixTip{std::string(key.value().prefix), tip.value()});
  }
  return std::optional<PrefixTip>();
}

DayReader::DayReader(const store::Readable& store, std::string_view prefix, Day newest,
                     std::size_t chunk)
    : rows_(store, ledger::DayKey(prefix, newest),
            Behind(ledger::DayKey(prefix, Day(Day::kMinNumber))), chunk) {}

Result<std::optional<DayRow>> DayReader::Next() {
  const auto row = rows_.Next();
  if (!row.ok()) return row.error();
  if (row.value() == nullptr) return std::optional<DayRow>();
  const auto key = ledger::DecodeCountsKey(row.value()->key);
  if (!key.ok()) return key.error();
  const auto totals = ledger::DecodeDay(row.value()->value);
  if (!totals.ok()) return totals.error();
  return std::optional(DayRow{key.value().day, totals.value()});
}

Result<ledger::ChannelTotals> CountsAt(const store::Readable& store, std::string_view prefix,
                                       Day day) {
  const auto row = DayReader(store, prefix, day, 1).Next();
  if (!row.ok()) return row.error();
  return row.value().has_value() ? row.value()->totals : ledger::ChannelTotals();
}

}  // namespace idnode::monitor
