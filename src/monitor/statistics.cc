#include "monitor/statistics.h"

#include <array>
#include <map>
#include <utility>

#include "ledger/log.h"
#include "monitor/counts_reader.h"

namespace idnode::monitor {
namespace {

using ledger::Channel;
using ledger::ChannelTotals;
using ledger::Totals;

constexpr std::size_t kDays = 64;  // rows read at a time

// Rows are cumulative, so a later one that is smaller is damaged.
constexpr Error kFalling{Errc::kCorrupt, 0, "counts fall"};

bool IsAtLeast(const Totals& later, const Totals& earlier) noexcept {
  return later.created >= earlier.created && later.recreated >= earlier.recreated &&
         later.updated >= earlier.updated && later.deleted >= earlier.deleted;
}

bool IsAtLeast(const ChannelTotals& later, const ChannelTotals& earlier) noexcept {
  for (std::size_t i = 1; i <= ledger::kChannels; ++i) {
    const auto channel = static_cast<Channel>(i);
    if (!IsAtLeast(later[channel], earlier[channel])) return false;
  }
  return true;
}

// Adds up the prefixes of one query.
class Counter {
 public:
  Counter(const store::Readable& store, const Query& query) : store_(store), query_(query) {}

  Status Add(const PrefixTip& prefix) {
    ++counted_.prefixes;
    if (query_.group_by == GroupBy::kDay) return AddDays(prefix);
    const auto end = AtEnd(prefix);
    if (!end.ok()) return end.error();
    ChannelTotals period = end.value();
    if (HasBeginning()) {
      const auto before = CountsAt(store_, prefix.prefix, *query_.from + -1);
      if (!before.ok()) return before.error();
      if (!IsAtLeast(period, before.value())) return kFalling;
      period -= before.value();
    }
    const std::int64_t active = end.value().Sum().active();
    counted_.active_at_end += active;
    counted_.total += period.Sum();
    channels_ += period;
    if (query_.group_by == GroupBy::kPrefix && (period.Sum() != Totals{} || active != 0)) {
      counted_.rows.push_back(
          {.prefix = prefix.prefix, .totals = period.Sum(), .active_at_end = active});
    }
    return {};
  }

  Counted Finish() && {
    if (query_.group_by == GroupBy::kNone) counted_.rows.push_back({.totals = counted_.total});
    for (std::size_t i = 1; query_.group_by == GroupBy::kChannel && i <= ledger::kChannels; ++i) {
      const auto channel = static_cast<Channel>(i);
      if (channels_[channel] == Totals{}) continue;
      counted_.rows.push_back({.channel = channel, .totals = channels_[channel]});
    }
    for (const auto& [day, totals] : days_) {
      if (totals != Totals{}) counted_.rows.push_back({.day = day, .totals = totals});
    }
    return std::move(counted_);
  }

 private:
  // A period from the first of all days has no day before it.
  bool HasBeginning() const noexcept {
    return query_.from.has_value() && query_.from->number() > Day::kMinNumber;
  }

  Result<ChannelTotals> AtEnd(const PrefixTip& prefix) const {
    if (!query_.to.has_value()) return prefix.tip.totals;
    return CountsAt(store_, prefix.prefix, *query_.to);
  }

  // Newest first, each day is its row without the next one; the last one is the beginning.
  Status AddDays(const PrefixTip& prefix) {
    DayReader days(store_, prefix.prefix, query_.to.value_or(Day(Day::kMaxNumber)), kDays);
    std::optional<std::pair<Day, Totals>> later;
    for (;;) {
      const auto row = days.Next();
      if (!row.ok()) return row.error();
      const Totals here = row.value().has_value() ? row.value()->totals.Sum() : Totals{};
      if (!later.has_value()) counted_.active_at_end += here.active();
      if (later.has_value()) {
        if (!IsAtLeast(later->second, here)) return kFalling;
        Totals difference = later->second;
        difference -= here;
        days_[later->first] += difference;
        counted_.total += difference;
      }
      if (!row.value().has_value() ||
          row.value()->day < query_.from.value_or(Day(Day::kMinNumber))) {
        return {};
      }
      later.emplace(row.value()->day, here);
    }
  }

  const store::Readable& store_;
  const Query& query_;
  Counted counted_;
  ChannelTotals channels_;
  std::map<Day, Totals> days_;
};

}  // namespace

Result<Counted> Count(const store::Readable& snapshot, const Query& query) {
  const auto head = ledger::ReadHead(snapshot);
  if (!head.ok()) return head.error();
  TipReader tips(snapshot, query.selection);
  Counter counter(snapshot, query);
  for (;;) {
    const auto tip = tips.Next();
    if (!tip.ok()) return tip.error();
    if (!tip.value().has_value()) break;
    const Status added = counter.Add(*tip.value());
    if (!added.ok()) return added.error();
  }
  Counted counted = std::move(counter).Finish();
  counted.log_size = head.value().seq();
  return counted;
}

}  // namespace idnode::monitor
