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

using ledger::Channel;
using ledger::ChannelTotals;
using ledger::EntryKind;
using ledger::Leaf;
using ledger::Seq;
using ledger::Totals;
using store::Family;

constexpr std::array<const char*, ledger::kChannels> kChannelNames = {"grpc", "stream", "import",
                                                                      "handle", "http"};

// The count of one kind, to go through them by name.
struct Kind {
  const char* name;
  std::uint64_t Totals::*count;
};
constexpr std::array<Kind, 4> kKinds = {{{"created", &Totals::created},
                                         {"re-created", &Totals::recreated},
                                         {"updated", &Totals::updated},
                                         {"deleted", &Totals::deleted}}};

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

// "created 12, 13 in the tip; deleted 1, 0 in the tip"; nothing if they are equal.
std::string Unlike(const Totals& counted, const Totals& says, const std::string& where) {
  std::string out;
  for (const Kind& kind : kKinds) {
    if (counted.*kind.count == says.*kind.count) continue;
    if (!out.empty()) out += "; ";
    out += std::string(kind.name) + " " + std::to_string(counted.*kind.count) + " in the log, " +
           std::to_string(says.*kind.count) + " in " + where;
  }
  return out;
}

std::string NameOf(std::string_view prefix) {
  return prefix.empty() ? "control objects" : std::string(prefix);
}

// One recount. One thread.
class Recounting {
 public:
  Recounting(const store::Readable& store, const RecountOptions& options)
      : store_(store), options_(options), steps_(options.progress) {}

  Status Run() {
    const Result<ledger::Head> head = ledger::ReadHead(store_);
    if (head.ok()) {
      end_ = head.value().seq();
      steps_.Expect(end_);
    } else if (head.error().code == Errc::kUnavailable) {
      return head.error();
    } else {
      Differ("the head cannot be read: where the log ends is not known");
    }
    if (Status counted = CountTheLog(); !counted.ok()) return counted;
    if (head.ok() && next_ != end_) {
      Differ("the head counts " + std::to_string(end_) + " entries, the log has " +
             std::to_string(next_));
    }
    return CompareTheView();
  }

  Recounted Report() && {
    out_.entries = next_;
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
    std::string prefix;
    Day day;
    ChannelTotals totals;
  };

  void Differ(std::string what) {
    ++out_.difference_count;
    if (out_.differences.size() < options_.differences) out_.differences.push_back(std::move(what));
  }

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
      Differ("entry " + std::to_string(next_) + " is missing");
      if (!seq.ok()) return;
    }
    next_ = seq.value() + 1;
    const Result<std::string_view> octets = ledger::Unseal(row.value);
    const Result<Leaf> leaf =
        octets.ok() ? ledger::DecodeLeaf(octets.value()) : Result<Leaf>(octets.error());
    if (leaf.ok()) {
      Count(seq.value(), leaf.value());
    } else {
      Differ("entry " + std::to_string(seq.value()) + " cannot be read: " + leaf.error().what);
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
    Differ(NameOf(leaf.prefix) + ": " +
           Unlike(counted, leaf.totals, "the running totals of entry " + std::to_string(seq)));
  }

  // Its row is final now.
  void EndDay(const std::string& name, Prefix& prefix) {
    prefix.days.push_back(prefix.day.number());
    finished_.push_back({name, prefix.day, prefix.totals});
  }

  Status CompareDays() {
    std::span<const FinishedDay> rest(finished_);
    while (!rest.empty()) {
      const auto page = rest.first(std::min(rest.size(), kPageRows));
      rest = rest.subspan(page.size());
      std::vector<std::string> keys;
      for (const FinishedDay& one : page) keys.push_back(ledger::DayKey(one.prefix, one.day));
      const auto values =
          store_.MultiGet(Family::kCounts, std::vector<std::string_view>(keys.begin(), keys.end()));
      if (!values.ok()) return values.error();
      for (std::size_t i = 0; i < page.size(); ++i) CompareDay(page[i], values.value()[i]);
    }
    finished_.clear();
    return {};
  }

  void CompareDay(const FinishedDay& counted, const std::optional<std::string>& value) {
    const std::string name = counted.prefix + ", " + counted.day.ToText();
    if (!value.has_value()) {
      Differ(name + ": no row");
      return;
    }
    const auto says = ledger::DecodeDay(*value);
    if (says.ok()) {
      CompareChannels(name, counted.totals, says.value(), "its row");
    } else {
      Differ(name + ": its row cannot be read: " + says.error().what);
    }
  }

  void CompareChannels(const std::string& name, const ChannelTotals& counted,
                       const ChannelTotals& says, const std::string& where) {
    for (std::size_t i = 0; i < ledger::kChannels; ++i) {
      const auto channel = static_cast<Channel>(i + 1);
      if (counted[channel] == says[channel]) continue;
      Differ(name + ", " + kChannelNames.at(i) + ": " +
             Unlike(counted[channel], says[channel], where));
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
      if (!prefix.tip_found) Differ(NameOf(name) + ": no tip");
    }
    return {};
  }

  void CompareRow(const store::Row& row) {
    const auto key = ledger::DecodeCountsKey(row.key);
    if (!key.ok()) {
      Differ("a row of counts has a key that is none");
      return;
    }
    const std::string name = NameOf(key.value().prefix);
    const auto found = prefixes_.find(std::string(key.value().prefix));
    if (!key.value().is_day) {
      if (found == prefixes_.end()) {
        Differ(name + ": has a tip, but no entries");
      } else {
        CompareTip(name, row, found->second);
      }
      return;
    }
    const std::int32_t day = key.value().day.number();
    if (found == prefixes_.end() || !std::ranges::binary_search(found->second.days, day)) {
      Differ(name + ", " + key.value().day.ToText() + ": has a row, but no entries");
    }
  }

  void CompareTip(const std::string& name, const store::Row& row, Prefix& counted) {
    counted.tip_found = true;
    const auto tip = ledger::DecodeTip(row.value);
    if (!tip.ok()) {
      Differ(name + ": its tip cannot be read: " + tip.error().what);
      return;
    }
    CompareChannels(name, counted.totals, tip.value().totals, "the tip");
    if (tip.value().seq == counted.last) return;
    Differ(name + ": its last entry is " + std::to_string(counted.last) + ", the tip says " +
           std::to_string(tip.value().seq));
  }

  const store::Readable& store_;
  const RecountOptions& options_;
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
