#include "audit/log_check.h"

#include <algorithm>
#include <string>
#include <utility>

#include "handle/fold.h"
#include "handle/value.h"
#include "ledger/clock_rule.h"
#include "ledger/project.h"
#include "ledger/rows.h"
#include "ledger/sealed.h"

namespace idnode::audit {
namespace {

using ledger::EntryKind;
using ledger::kNoSeq;
using ledger::Leaf;
using ledger::Payload;
using ledger::Seq;
using store::Family;

// Of payloads that are held at the same time, about; and as much again of those before them.
constexpr std::size_t kPageOctets = std::size_t{4} << 20;

bool IsState(Family family) noexcept {
  return family == Family::kRecords || family == Family::kControl;
}

// The octets before the checksum, whether it fits or not.
std::string_view Body(std::string_view value) noexcept {
  return value.substr(0, value.size() - std::min(value.size(), ledger::kSealSize));
}

// Whether an entry of kind `next` may come behind one of kind `before`, of the same identifier or
// control object.
bool MayFollow(EntryKind before, EntryKind next) noexcept {
  if (ledger::IsControl(before) || ledger::IsControl(next)) {
    switch (next) {  // a prefix and a token are put once
      case EntryKind::kTokenRevoked:
        return before == EntryKind::kTokenPut || before == EntryKind::kTokenRevoked;
      case EntryKind::kClockAccepted:
        return before == EntryKind::kClockAccepted;
      default:
        return false;
    }
  }
  if (before == EntryKind::kPayloadErased || next == EntryKind::kPayloadErased) return true;
  if (next == EntryKind::kCreated) return false;
  return (before == EntryKind::kDeleted) == (next == EntryKind::kRecreated);
}

bool MayBeFirst(EntryKind kind) noexcept {
  return kind == EntryKind::kCreated ||
         (ledger::IsControl(kind) && kind != EntryKind::kTokenRevoked);
}

// Whether a control object with this key is one that the kind of entry is about.
bool IsKeyOf(EntryKind kind, std::string_view key) noexcept {
  switch (kind) {
    case EntryKind::kPrefixPut:
      return key.starts_with('p');
    case EntryKind::kTokenPut:
    case EntryKind::kTokenRevoked:
      return key.starts_with('t');
    default:
      return key == ledger::kClockKey;
  }
}

// Whether every value of a record in wire form may be read by everybody. Not if they do not read.
bool AreAllPublic(std::string_view values) {
  const auto decoded = handle::DecodeValueList(AsBytes(values));
  return decoded.ok() && std::ranges::all_of(decoded.value(), [](const handle::Value& value) {
           return (value.permissions & handle::permission::kPublicRead) != 0;
         });
}

constexpr Words kNoClock{"it accepts a clock, but does not say which",
                         "接受了时钟，但没有说明时间"};
constexpr Words kHasPrefix{"it is about a control object, but has a prefix",
                           "关于控制对象，却带有前缀"};
constexpr Words kOtherKind{"its control object is not of its kind", "控制对象与条目类别不符"};
constexpr Words kOtherPrefix{"its prefix is not that of its identifier", "前缀与其标识不符"};
constexpr Words kNoRecord{"its record cannot be read", "其记录无法读出"};
constexpr Words kNoTombstone{"it deletes, but its record is not a tombstone",
                             "为删除，但其记录不是墓碑"};
constexpr Words kTombstone{"its record is a tombstone", "其记录是墓碑"};
constexpr Words kNotPublic{"its record is marked public, but has values that are not",
                           "其记录标为公开，却含有非公开的值"};

// What is wrong with the contents of an entry, or nullptr.
const Words* FaultOf(const Leaf& leaf, const Payload& payload) {
  if (leaf.kind == EntryKind::kClockAccepted &&
      !ledger::DecodeClockAcceptance(payload.state).ok()) {
    return &kNoClock;
  }
  if (ledger::IsControl(leaf.kind)) {
    if (!leaf.prefix.empty()) return &kHasPrefix;
    return IsKeyOf(leaf.kind, payload.identifier) ? nullptr : &kOtherKind;
  }
  if (leaf.prefix != handle::Folded(handle::PrefixOf(payload.identifier))) {
    return &kOtherPrefix;
  }
  const auto state = ledger::DecodeRecordState(payload.state);
  if (!state.ok()) return &kNoRecord;
  const bool deletes = leaf.kind == EntryKind::kDeleted;
  if (leaf.kind != EntryKind::kPayloadErased && state.value().tombstone() != deletes) {
    return deletes ? &kNoTombstone : &kTombstone;
  }
  // Whoever asks gets the values of such a record unseen.
  const bool says_public = (state.value().flags & ledger::kAllPublic) != 0;
  if (says_public && !AreAllPublic(state.value().values)) {
    return &kNotPublic;
  }
  return nullptr;
}

}  // namespace

LogCheck::LogCheck(const Task& task, std::optional<Seq> end, Seq remembered, const Rule& rule)
    : task_(task),
      end_(end),
      remembered_(remembered),
      rule_(rule),
      leaves_(task.store, Family::kLeaf),
      payloads_(task.store, Family::kPayload),
      counts_(task) {
  sum_.tree.emplace();
  sum_.lag_ms = 0;
}

void LogCheck::Wrong(Seq seq, Text what) {
  task_.findings.AddEntry(Family::kLeaf, seq, std::move(what));
}

Status LogCheck::Run() {
  std::vector<Item> page;
  do {
    page.clear();
    if (Status read = ReadPage(page); !read.ok()) return read;
    if (Status checked = CheckPage(page); !checked.ok()) return checked;
    if (Status compared = counts_.CompareDays(); !compared.ok()) return compared;
  } while (!page.empty());
  return CheckEnd();
}

Status LogCheck::ReadPage(std::vector<Item>& page) {
  std::size_t octets = 0;
  while (page.size() < kPageRows && octets < kPageOctets) {
    const auto row = leaves_.Peek();
    if (!row.ok()) return task_.Failed(row.error(), Family::kLeaf, leaves_.page_begin());
    if (row.value() == nullptr) return {};
    if (Status read = ReadLeaf(*row.value(), page); !read.ok()) return read;
    if (!page.empty() && page.back().entry.payload.has_value()) {
      octets += page.back().entry.payload->state.size();
    }
    leaves_.Next();
    if (Status going_on = task_.steps.Done(2); !going_on.ok()) return going_on;  // with its payload
  }
  return {};
}

Status LogCheck::ReadLeaf(const store::Row& row, std::vector<Item>& page) {
  const Result<Seq> seq = ledger::SeqOfKey(row.key);
  if (!seq.ok() || seq.value() == kNoSeq) {
    task_.findings.Add(Family::kLeaf, row.key,
                       Words{"no entry has such a key", "没有条目使用这样的键"});
    return {};
  }
  if (end_.has_value() && seq.value() >= *end_) {
    Wrong(seq.value(), Fill({"beyond the end of the log: the head counts {} entries",
                             "超出日志末尾：日志头记有 {} 条"},
                            {std::to_string(*end_)}));
    return {};
  }
  CheckSequence(seq.value());
  Item item{.seq = seq.value()};
  // A leaf with a wrong checksum is read all the same: if it is the checksum that was damaged,
  // everything else still fits.
  if (!ledger::Unseal(row.value).ok()) Wrong(item.seq, kBadChecksum);
  Result<Leaf> leaf = ledger::DecodeLeaf(Body(row.value));
  if (leaf.ok()) {
    item.entry.leaf = std::move(leaf).value();
  } else {
    Wrong(item.seq, Unreadable(leaf.error()));
  }
  if (sum_.tree.has_value()) sum_.tree->Append(ledger::LeafHash(Body(row.value)));
  if (Status read = ReadPayload(row.key, item); !read.ok()) return read;
  page.push_back(std::move(item));
  return {};
}

void LogCheck::CheckSequence(Seq seq) {
  if (seq != expected_) {
    Wrong(expected_, Fill({"missing: the next one is {}", "缺失：下一个是{}"}, {Numbered(seq)}));
    sum_.tree.reset();
  }
  ++sum_.entries;
  expected_ = seq + 1;
}

Status LogCheck::ReadPayload(std::string_view key, Item& item) {
  if (Status skipped = SkipPayloads(key); !skipped.ok()) return skipped;
  const auto row = payloads_.Peek();
  if (!row.ok()) return task_.Failed(row.error(), Family::kPayload, payloads_.page_begin());
  if (row.value() == nullptr || row.value()->key != key) {
    item.payload_missing = true;
    return {};
  }
  const std::string_view value = row.value()->value;
  const std::optional<Leaf>& leaf = item.entry.leaf;
  Result<Payload> payload = ledger::DecodePayload(Body(value));
  if (!ledger::Unseal(value).ok()) {
    task_.findings.Add(Family::kPayload, key, kBadChecksum);
  } else if (leaf.has_value() && leaf->commitment != ledger::Commitment(Body(value))) {
    task_.findings.Add(Family::kPayload, key,
                       Words{"is not what its leaf commits to", "与叶子中的承诺不符"});
  } else if (!payload.ok()) {
    task_.findings.Add(Family::kPayload, key, Unreadable(payload.error()));
  } else {
    item.entry.payload = std::move(payload).value();
  }
  payloads_.Next();
  return {};
}

// Payloads before the key, or all that are left, have no leaf.
Status LogCheck::SkipPayloads(std::optional<std::string_view> before) {
  for (;;) {
    const auto row = payloads_.Peek();
    if (!row.ok()) return task_.Failed(row.error(), Family::kPayload, payloads_.page_begin());
    if (row.value() == nullptr) return {};
    if (before.has_value() && row.value()->key >= *before) return {};
    task_.findings.Add(Family::kPayload, row.value()->key,
                       Words{"its leaf is missing", "缺少对应的叶子"});
    payloads_.Next();
    if (Status going_on = task_.steps.Again(); !going_on.ok()) return going_on;
  }
}

bool LogCheck::HasBefore(const Item& item) {
  const std::optional<Leaf>& leaf = item.entry.leaf;
  return leaf.has_value() && leaf->prev < item.seq;
}

Status LogCheck::CheckPage(const std::vector<Item>& page) {
  // Entries that the page's entries follow, read together.
  std::vector<Seq> seqs;
  for (const Item& item : page) {
    if (HasBefore(item)) seqs.push_back(item.entry.leaf->prev);
  }
  const auto before = ReadEntries(task_.store, seqs);
  if (!before.ok()) {
    return task_.Failed(before.error(), Family::kLeaf, ledger::SeqKey(seqs.front()));
  }
  auto next = before.value().begin();
  for (const Item& item : page) {
    const StoredEntry none;
    const Status checked = CheckItem(item, HasBefore(item) ? *next++ : none);
    if (!checked.ok()) return checked;
  }
  return {};
}

Status LogCheck::CheckItem(const Item& item, const StoredEntry& before) {
  if (item.payload_missing) missing_payloads_.Insert(item.seq);
  if (item.seq >= remembered_) requests_.entries.Insert(item.seq);
  const std::optional<Leaf>& leaf = item.entry.leaf;
  if (leaf.has_value()) {
    CheckLeaf(item);
    CheckMeaning(item);
    CheckChain(item, before);
    CheckRule(item, before);
    SumUp(item, counts_.Follow({*leaf, item.entry.payload.value_or(Payload{})}));
  }
  states_.entries.Insert(item.seq);  // after its chain: an entry never follows itself
  return leaf.has_value() && leaf->kind == EntryKind::kPayloadErased ? Excuse(item) : Status();
}

void LogCheck::CheckLeaf(const Item& item) {
  const Leaf& leaf = *item.entry.leaf;
  if (leaf.seq != item.seq) {
    Wrong(item.seq, Fill({"says that it is {}", "自称是{}"}, {Numbered(leaf.seq)}));
  }
  if (!shard_.has_value()) shard_ = leaf.shard;
  if (leaf.shard != *shard_) {
    Wrong(item.seq, Fill({"is of shard {}, the first entry of shard {}",
                          "属于分片 {}，而首个条目属于分片 {}"},
                         {std::to_string(leaf.shard), std::to_string(*shard_)}));
  }
  if (leaf.time_ms < sum_.time_ms) {
    Wrong(item.seq, Words{"its time goes back", "时间早于前一个条目"});
  }

  const bool needs_payload = leaf.kind == EntryKind::kClockAccepted;
  if (needs_payload && !item.entry.payload.has_value()) {
    sum_.lag_ms.reset();
  } else if (needs_payload || sum_.lag_ms.has_value() || leaf.time_ms > sum_.time_ms) {
    const std::string_view state =
        item.entry.payload.has_value() ? std::string_view(item.entry.payload->state) : "";
    sum_.lag_ms = ledger::NextLag(sum_.lag_ms.value_or(0), sum_.time_ms, leaf, state);
  }
  sum_.time_ms = leaf.time_ms;
}

void LogCheck::CheckMeaning(const Item& item) {
  if (!item.entry.payload.has_value()) return;
  const Words* fault = FaultOf(*item.entry.leaf, *item.entry.payload);
  if (fault != nullptr) Wrong(item.seq, *fault);
}

void LogCheck::CheckChain(const Item& item, const StoredEntry& before) {
  const Leaf& leaf = *item.entry.leaf;
  if (leaf.prev == kNoSeq) {
    if (!MayBeFirst(leaf.kind)) {
      Wrong(item.seq, Words{"it is of a kind that cannot be the first", "该类条目不能是第一个"});
    }
    return;
  }
  if (!states_.entries.Erase(leaf.prev)) {
    Wrong(item.seq, Fill({"its prev, {}, is not the last of an identifier",
                          "其 prev（{}）不是某个标识的最后一个条目"},
                         {Numbered(leaf.prev)}));
    return;
  }
  if (before.leaf.has_value() && before.payload.has_value()) {
    std::vector<store::Put> puts;
    ledger::Project({*before.leaf, *before.payload}, {}, puts);
    for (const store::Put& put : puts) {
      if (IsState(put.family)) states_.rows.Remove(put.family, put.key, put.value);
    }
  }
  if (!before.leaf.has_value()) return;  // told when it was read
  if (!MayFollow(before.leaf->kind, leaf.kind)) {
    Wrong(item.seq, Fill({"it is of a kind that cannot follow {}", "该类条目不能接在{}之后"},
                         {Numbered(leaf.prev)}));
    return;
  }
  if (!before.payload.has_value() || !item.entry.payload.has_value()) return;
  const ledger::Subject subject = ledger::SubjectOf({leaf, *item.entry.payload});
  const ledger::Subject other = ledger::SubjectOf({*before.leaf, *before.payload});
  if (subject.family != other.family || subject.key != other.key) {
    Wrong(item.seq, Fill({"its prev, {}, is about something else", "其 prev（{}）与此无关"},
                         {Numbered(leaf.prev)}));
  }
}

void LogCheck::CheckRule(const Item& item, const StoredEntry& before) {
  if (!rule_) return;
  const auto of = [](const std::optional<Payload>& payload) {
    return payload.has_value() ? &*payload : nullptr;
  };
  const Words* fault = rule_(*item.entry.leaf, of(item.entry.payload), of(before.payload));
  if (fault != nullptr) Wrong(item.seq, *fault);
}

// Without its payload an entry is missing in the sums, and the rows will be looked at one by one.
void LogCheck::SumUp(const Item& item, const std::vector<store::Put>& puts) {
  if (!item.entry.payload.has_value()) return;
  for (const store::Put& put : puts) {
    if (IsState(put.family)) states_.rows.Add(put.family, put.key, put.value);
    if (put.family == Family::kRequests && item.seq >= remembered_) {
      requests_.rows.Add(put.family, put.key, put.value);
    }
  }
}

// An entry that says so excuses the missing payloads before it in its chain. No entry is looked at
// twice, so however the chains were bent, all this is no longer than the log.
Status LogCheck::Excuse(const Item& erasure) {
  Seq seq = erasure.seq;
  Seq prev = erasure.entry.leaf->prev;
  while (prev < seq && !excused_.Contains(prev)) {
    seq = prev;
    excused_.Insert(seq);
    if (missing_payloads_.Erase(seq)) ++sum_.erased;
    const auto read = ReadEntries(task_.store, std::vector<Seq>{seq});
    if (!read.ok()) return task_.Failed(read.error(), Family::kLeaf, ledger::SeqKey(seq));
    const std::optional<Leaf>& leaf = read.value().front().leaf;
    if (!leaf.has_value()) return {};
    prev = leaf->prev;
    if (Status going_on = task_.steps.Again(); !going_on.ok()) return going_on;
  }
  return {};
}

Status LogCheck::CheckEnd() {
  if (end_.has_value() && expected_ < *end_) {
    Wrong(expected_, Fill({"missing: the head counts {} entries", "缺失：日志头记有 {} 条"},
                          {std::to_string(*end_)}));
  }
  for (auto seq = missing_payloads_.From(0); seq.has_value();
       seq = missing_payloads_.From(*seq + 1)) {
    task_.findings.AddEntry(
        Family::kPayload, *seq,
        Words{"missing, and no entry says that it was erased", "缺失，且没有条目说明其已被擦除"});
  }
  return SkipPayloads(std::nullopt);
}

}  // namespace idnode::audit
