#include "audit/recount.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>
#include <utility>

#include "audit/row_cursor.h"
#include "base/day.h"
#include "ledger/log.h"
#include "ledger/rows.h"
#include "ledger/sealed.h"

namespace idnode::audit {
namespace {

using ledger::ChannelTotals;
using ledger::EntryKind;
using ledger::Leaf;
using ledger::Seq;
using ledger::Totals;
using store::Family;

// nullptr: such entries are not counted.
std::uint64_t Totals::*CountOf(EntryKind kind) noexcept {
  switch (kind) {
    case EntryKind::kCreated:
      return &Totals::created;
    case EntryKind::kRecreated:
      return &Totals::recreated;
    case EntryKind::kUpdated:
      return &Totals::updated;
    case EntryKind::kDeleted:
      return &Totals::deleted;
    default:
      return nullptr;
  }
}

// One recount. One thread.
class Recounting {
 public:
  Recounting(const store::Readable& store, const RecountOptions& options)
      : store_(store), findings_(options.differences), steps_(options.progress) {}

  Status Run() {
    const Result<ledger::Head> head = ledger::ReadHead(store_);
    if (head.ok()) {
      end_ = head.value().seq();
      steps_.Expect(end_);
    } else if (head.error().code == Errc::kUnavailable) {
      return head.error();
    } else {
      findings_.Add(Family::kMeta, store::kHeadKey,
                    Words{"cannot be read: where the log ends is not known",
                          "无法读出：日志在何处结束不得而知"});
    }
    if (Status counted = CountTheLog(); !counted.ok()) return counted;
    if (head.ok() && next_ != end_) {
      findings_.Add(Family::kMeta, store::kHeadKey,
                    Fill({"counts {} entries, the log has {}", "记有 {} 条，而日志有 {} 条"},
                         {std::to_string(end_), std::to_string(next_)}));
    }
    return CompareTheView();
  }

  Recounted Report() && {
    out_.entries = next_;
    out_.differences = findings_.differences();
    out_.difference_count = findings_.count();
    for (const auto& [name, prefix] : prefixes_) {
      out_.total += prefix.totals.Sum();
      if (!name.empty()) ++out_.prefixes;
    }
    return std::move(out_);
  }

 private:
  struct Prefix {
    ChannelTotals totals;
    Totals drift;  // running totals in the leaves, less what was counted
    Seq last = ledger::kNoSeq;
    bool tip_found = false;
    bool has_day = false;
    Day day;                         // of its latest entry
    std::vector<std::int32_t> days;  // before that
  };
  struct FinishedDay {
    std::string key;  // of its row
    ChannelTotals totals;
  };

  Status CountTheLog() {
    RowCursor rows(store_, Family::kLeaf);
    for (;;) {
      const auto row = rows.Peek();
      if (!row.ok()) return row.error();
      if (row.value() == nullptr) return {};
      Count(*row.value());
      rows.Next();
      if (finished_.size() >= kPageRows) {
        if (Status compared = CompareDays(); !compared.ok()) return compared;
      }
      if (Status going_on = steps_.Done(1); !going_on.ok()) return going_on;
    }
  }

  void Count(const store::Row& row) {
    const Result<Seq> seq = ledger::SeqOfKey(row.key);
    if (!seq.ok() || seq.value() != next_) {
      findings_.AddEntry(Family::kLeaf, next_, Words{"missing", "缺失"});
      if (!seq.ok()) return;
    }
    next_ = seq.value() + 1;
    const Result<std::string_view> octets = ledger::Unseal(row.value);
    const Result<Leaf> leaf =
        octets.ok() ? ledger::DecodeLeaf(octets.value()) : Result<Leaf>(octets.error());
    if (leaf.ok()) {
      Count(seq.value(), leaf.value());
    } else {
      findings_.AddEntry(Family::kLeaf, seq.value(), Unreadable(leaf.error()));
    }
  }

  void Count(Seq seq, const Leaf& leaf) {
    const auto [slot, is_new] = prefixes_.try_emplace(leaf.prefix);
    Prefix& prefix = slot->second;
    if (!ledger::IsControl(leaf.kind)) {
      const Day day = Day::Of(leaf.time_ms);
      if (prefix.has_day && day != prefix.day) EndDay(slot->first, prefix);
      prefix.day = day;
      prefix.has_day = true;
    }
    if (const auto count = CountOf(leaf.kind)) ++(prefix.totals[leaf.channel].*count);
    prefix.last = seq;

    const Totals counted = prefix.totals.Sum();
    Totals drift = leaf.totals;
    drift -= counted;
    if (drift == prefix.drift) return;
    prefix.drift = drift;  // told where it begins, not with every entry behind
    if (drift == Totals{}) return;
    findings_.AddEntry(Family::kLeaf, seq, WrongTotals(leaf.totals, counted));
  }

  // Its row is final now.
  void EndDay(const std::string& name, Prefix& prefix) {
    prefix.days.push_back(prefix.day.number());
    finished_.push_back({ledger::DayKey(name, prefix.day), prefix.totals});
  }

  Status CompareDays() {
    std::span<const FinishedDay> rest(finished_);
    while (!rest.empty()) {
      const auto page = rest.first(std::min(rest.size(), kPageRows));
      rest = rest.subspan(page.size());
      std::vector<std::string_view> keys;
      for (const FinishedDay& one : page) keys.emplace_back(one.key);
      const auto values = store_.MultiGet(Family::kCounts, keys);
      if (!values.ok()) return values.error();
      for (std::size_t i = 0; i < page.size(); ++i) {
        CompareDay(page[i], values.value()[i]);
      }
    }
    finished_.clear();
    return {};
  }

  void CompareDay(const FinishedDay& counted, const std::optional<std::string>& value) {
    if (!value.has_value()) {
      findings_.Add(Family::kCounts, counted.key, kNoDay);
      return;
    }
    const auto says = ledger::DecodeDay(*value);
    if (!says.ok()) {
      findings_.Add(Family::kCounts, counted.key, Unreadable(says.error()));
    } else if (says.value() != counted.totals) {
      findings_.Add(Family::kCounts, counted.key, Unlike(says.value(), counted.totals));
    }
  }

  Status CompareTheView() {
    for (auto& [name, prefix] : prefixes_) {
      if (prefix.has_day) EndDay(name, prefix);
      std::ranges::sort(prefix.days);  // in order already, unless a time went back
    }
    if (Status compared = CompareDays(); !compared.ok()) return compared;

    RowCursor rows(store_, Family::kCounts);
    for (;;) {
      const auto row = rows.Peek();
      if (!row.ok()) return row.error();
      if (row.value() == nullptr) break;
      CompareRow(*row.value());
      rows.Next();
      if (Status going_on = steps_.Again(); !going_on.ok()) return going_on;
    }
    for (const auto& [name, prefix] : prefixes_) {
      if (!prefix.tip_found) findings_.Add(Family::kCounts, ledger::TipKey(name), kNoTip);
    }
    return {};
  }

  void CompareRow(const store::Row& row) {
    const auto key = ledger::DecodeCountsKey(row.key);
    const auto found = key.ok() ? prefixes_.find(std::string(key.value().prefix)) : prefixes_.end();
    const bool is_known = found != prefixes_.end();
    if (is_known && !key.value().is_day) return CompareTip(row, found->second);
    if (!is_known || !std::ranges::binary_search(found->second.days, key.value().day.number())) {
      findings_.Add(Family::kCounts, row.key, kNoSuchRow);
    }
  }

  void CompareTip(const store::Row& row, Prefix& counted) {
    counted.tip_found = true;
    const auto tip = ledger::DecodeTip(row.value);
    if (!tip.ok()) {
      findings_.Add(Family::kCounts, row.key, Unreadable(tip.error()));
    } else if (tip.value().totals != counted.totals) {
      findings_.Add(Family::kCounts, row.key, Unlike(tip.value().totals, counted.totals));
    } else if (tip.value().seq != counted.last) {
      findings_.Add(Family::kCounts, row.key,
                    Fill({"says that its last is {}; it is {}", "称最后一个是{}；实为{}"},
                         {Numbered(tip.value().seq), Numbered(counted.last)}));
    }
  }

  const store::Readable& store_;
  Findings findings_;
  Steps steps_;
  std::uint64_t end_ = 0;
  Seq next_ = 0;
  std::unordered_map<std::string, Prefix> prefixes_;
  std::vector<FinishedDay> finished_;
  Recounted out_;
};

}  // namespace

Result<Recounted> Recount(const store::Readable& store, const RecountOptions& options) {
  Recounting recounting(store, options);
  if (Status run = recounting.Run(); !run.ok()) return run.error();
  return std::move(recounting).Report();
}

}  // namespace idnode::audit
