#include "audit/counts_check.h"

#include <algorithm>
#include <span>
#include <utility>

#include "audit/row_cursor.h"

namespace idnode::audit {
namespace {

using ledger::Totals;
using store::Family;

constexpr Words kOtherPrev{"its prev_in_prefix is not the entry before it of its prefix",
                           "其 prev_in_prefix 不是同一前缀的前一个条目"};

// As Unlike(), with numbers where the sums differ.
Text UnlikeCounts(const store::Row& stored, const store::Put& expected, bool is_day) {
  const auto read = [is_day](std::string_view value) -> Result<ledger::ChannelTotals> {
    if (is_day) return ledger::DecodeDay(value);
    const auto tip = ledger::DecodeTip(value);
    return tip.ok() ? Result<ledger::ChannelTotals>(tip.value().totals) : tip.error();
  };
  const auto says = read(stored.value);
  const auto counted = read(expected.value);
  if (says.ok() && counted.ok() && says.value() != counted.value()) {
    return Unlike(says.value(), counted.value());
  }
  return Unlike(stored.value, expected.value, Words{"the log", "日志"});
}

bool IsDay(std::string_view key) noexcept {
  const auto decoded = ledger::DecodeCountsKey(key);
  return decoded.ok() && decoded.value().is_day;
}

}  // namespace

std::vector<store::Put> CountsCheck::Follow(const ledger::Entry& entry) {
  const auto [slot, is_new] = prefixes_.try_emplace(entry.leaf.prefix);
  Prefix& prefix = slot->second;
  if (is_new) ++rows_;
  if (entry.leaf.prev_in_prefix != prefix.tip.seq) {
    task_.findings.AddEntry(Family::kLeaf, entry.leaf.seq, kOtherPrev);
  }
  prefix.tip = ledger::NextTip(entry, prefix.tip);
  CheckLeaf(entry.leaf, prefix);

  std::vector<store::Put> puts;
  ledger::Project(entry, prefix.tip, puts);
  for (const store::Put& put : puts) {
    if (put.family != Family::kCounts) continue;
    if (!IsDay(put.key)) {
      prefix.tip_row = put;
      continue;
    }
    if (put.key != prefix.day_row.key) EndDay(prefix);
    prefix.day_row = put;
  }
  return puts;
}

// A difference is told where it begins, not with every entry behind it.
void CountsCheck::CheckLeaf(const ledger::Leaf& leaf, Prefix& prefix) {
  const Totals counted = prefix.tip.totals.Sum();
  Totals drift = leaf.totals;
  drift -= counted;
  if (drift == prefix.drift) return;
  prefix.drift = drift;
  if (drift == Totals{}) return;
  task_.findings.AddEntry(Family::kLeaf, leaf.seq, WrongTotals(leaf.totals, counted));
}

void CountsCheck::EndDay(Prefix& prefix) {
  if (prefix.day_row.key.empty()) return;
  ++rows_;
  prefix.days.push_back(ledger::DecodeCountsKey(prefix.day_row.key).value().day.number());
  final_days_.push_back(std::exchange(prefix.day_row, {}));
}

Status CountsCheck::CompareDays() {
  std::span<const store::Put> rest(final_days_);
  while (!rest.empty()) {
    const auto page = rest.first(std::min(rest.size(), kPageRows));
    rest = rest.subspan(page.size());
    const std::vector<std::string_view> keys = [&] {
      std::vector<std::string_view> out;
      for (const store::Put& day : page) out.emplace_back(day.key);
      return out;
    }();
    const auto values = task_.store.MultiGet(Family::kCounts, keys);
    if (!values.ok()) return task_.Failed(values.error(), Family::kCounts, keys.front());
    for (std::size_t i = 0; i < page.size(); ++i) {
      const auto& value = values.value()[i];
      if (!value.has_value()) {
        task_.findings.Add(Family::kCounts, page[i].key, kNoDay);
      } else if (*value != page[i].value) {
        task_.findings.Add(Family::kCounts, page[i].key,
                           UnlikeCounts({page[i].key, *value}, page[i], true));
      }
    }
  }
  final_days_.clear();
  return {};
}

Status CountsCheck::Finish() {
  for (auto& [name, prefix] : prefixes_) {
    EndDay(prefix);
    std::ranges::sort(prefix.days);  // in order already, unless a time went back
  }
  if (Status compared = CompareDays(); !compared.ok()) return compared;

  RowCursor rows(task_.store, Family::kCounts);
  for (;;) {
    const auto row = rows.Peek();
    if (!row.ok()) return task_.Failed(row.error(), Family::kCounts, rows.page_begin());
    if (row.value() == nullptr) break;
    CheckRow(*row.value());
    rows.Next();
    if (Status going_on = task_.steps.Done(1); !going_on.ok()) return going_on;
  }
  for (const auto& [name, prefix] : prefixes_) {
    if (prefix.tip_found) continue;
    task_.findings.Add(Family::kCounts, prefix.tip_row.key, kNoTip);
  }
  return {};
}

void CountsCheck::CheckRow(const store::Row& row) {
  const auto key = ledger::DecodeCountsKey(row.key);
  const auto prefix = key.ok() ? prefixes_.find(std::string(key.value().prefix)) : prefixes_.end();
  const bool known = prefix != prefixes_.end();
  if (known && !key.value().is_day) return CheckTip(row, prefix->second);
  if (!known || !std::ranges::binary_search(prefix->second.days, key.value().day.number())) {
    task_.findings.Add(Family::kCounts, row.key, kNoSuchRow);
  }
}

void CountsCheck::CheckTip(const store::Row& row, Prefix& prefix) {
  prefix.tip_found = true;
  if (row.value == prefix.tip_row.value) return;
  task_.findings.Add(Family::kCounts, row.key, UnlikeCounts(row, prefix.tip_row, false));
}

}  // namespace idnode::audit
