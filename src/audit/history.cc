#include "audit/history.h"

#include <algorithm>
#include <string>
#include <utility>

#include "ledger/log.h"
#include "ledger/rows.h"

namespace idnode::audit {
namespace {

using ledger::Entry;
using ledger::kNoSeq;
using ledger::Seq;
using ledger::Subject;

Error Broken(Seq seq, const char* what) noexcept {
  return {Errc::kCorrupt, static_cast<std::uint32_t>(seq), what};
}

// An erased payload has no identifier; whose it was is known only from where one comes from.
bool IsErased(const Entry& entry) noexcept { return entry.payload.identifier.empty(); }

bool FollowsAnEarlierOne(const ledger::Leaf& leaf, Seq seq) noexcept {
  return leaf.prev == kNoSeq || leaf.prev < seq;
}

bool IsOf(const Entry& entry, const Subject& subject) {
  const Subject own = ledger::SubjectOf(entry);
  return own.family == subject.family && own.key == subject.key;
}

Result<Seq> LastOf(const store::Readable& store, const Subject& subject) {
  std::string value;
  const Status read = store.Get(subject.family, subject.key, value);
  if (!read.ok()) return read.error();
  const auto row = ledger::DecodeStateRow(value);
  if (!row.ok()) return row.error();
  return row.value().seq;
}

// The entry `seq` of a chain. Errors: kCorrupt, it is not there or not of the chain.
Result<Entry> Link(const store::Readable& store, const Subject& subject, Seq seq) {
  Result<Entry> entry = ledger::ReadEntry(store, seq);
  if (!entry.ok()) {
    if (entry.error().code != Errc::kNotFound) return entry.error();
    return Broken(seq, "an entry of the chain is missing");
  }
  if (!IsErased(entry.value()) && !IsOf(entry.value(), subject)) {
    return Broken(seq, "an entry of the chain is about something else");
  }
  if (!FollowsAnEarlierOne(entry.value().leaf, seq)) {
    return Broken(seq, "an entry does not follow an earlier one");
  }
  return entry;
}

// The entry before `before`, if that is one of the subject. An erased one does not say so itself:
// then it has to be found from the end.
Result<Seq> PrevOf(const store::Readable& store, const Subject& subject, Seq before) {
  constexpr Error kNotOne{Errc::kNotFound, 0, "entry of the identifier"};
  const Result<Entry> entry = ledger::ReadEntry(store, before);
  if (!entry.ok()) return entry.error();
  if (!FollowsAnEarlierOne(entry.value().leaf, before)) return Broken(before, "its prev");
  if (!IsErased(entry.value())) {
    return IsOf(entry.value(), subject) ? Result<Seq>(entry.value().leaf.prev) : kNotOne;
  }
  Result<Seq> seq = LastOf(store, subject);
  while (seq.ok() && seq.value() != kNoSeq && seq.value() > before) {
    const Result<Entry> link = Link(store, subject, seq.value());
    if (!link.ok()) return link.error();
    seq = link.value().leaf.prev;
  }
  if (!seq.ok()) return seq.error();
  return seq.value() == before ? Result<Seq>(entry.value().leaf.prev) : kNotOne;
}

}  // namespace

Result<History> ReadHistory(const store::Readable& store, const Subject& subject,
                            std::optional<Seq> before, std::size_t limit) {
  const Result<Seq> from =
      before.has_value() ? PrevOf(store, subject, *before) : LastOf(store, subject);
  if (!from.ok()) return from.error();
  History history;
  Seq next = from.value();
  std::size_t octets = 0;
  while (next != kNoSeq && history.entries.size() < std::min(limit, kMaxHistory) &&
         octets < kHistoryOctets) {
    Result<Entry> entry = Link(store, subject, next);
    if (!entry.ok()) return entry.error();
    next = entry.value().leaf.prev;
    octets += entry.value().payload.state.size();
    history.entries.push_back(std::move(entry).value());
  }
  history.more = next != kNoSeq;
  return history;
}

}  // namespace idnode::audit
