#include "ledger/project.h"

#include "base/writer.h"

namespace idnode::ledger {
namespace {

std::uint8_t Operation(EntryKind kind) noexcept {
  switch (kind) {
    case EntryKind::kCreated:
    case EntryKind::kRecreated:
      return 1;
    case EntryKind::kUpdated:
      return 2;
    case EntryKind::kDeleted:
      return 3;
    default:
      return static_cast<std::uint8_t>(kind);
  }
}

// The state is what the node makes of the request, not what was asked for.
bool IsMadeByNode(EntryKind kind) noexcept {
  return kind == EntryKind::kClockAccepted || kind == EntryKind::kTokenRevoked;
}

}  // namespace

Subject SubjectOf(const Entry& entry) {
  if (IsControl(entry.leaf.kind)) return {store::Family::kControl, entry.payload.identifier};
  return {store::Family::kRecords,
          handle::KeyOf(entry.payload.identifier, entry.payload.case_policy)};
}

Hash RequestDigest(const RequestContent& request) noexcept {
  std::string head;
  TextWriter writer(head);
  writer.U8(Operation(request.kind));
  writer.U64(request.expected_seq.value_or(kNoSeq));
  writer.U16(static_cast<std::uint16_t>(request.identifier.size()));
  return crypto::Sha256({AsBytes(head), AsBytes(request.identifier), AsBytes(request.content)});
}

RequestContent RequestOf(const Entry& entry) noexcept {
  RequestContent request{.kind = entry.leaf.kind,
                         .expected_seq = entry.payload.expected_seq,
                         .identifier = entry.payload.identifier,
                         .content = entry.payload.state};
  if (IsMadeByNode(entry.leaf.kind)) request.content = {};
  if (IsControl(entry.leaf.kind)) return request;
  // A deletion asks for no content; the values of a state that cannot be read are none either, and
  // whoever reads the state itself will say so.
  const Result<RecordState> state = DecodeRecordState(entry.payload.state);
  const bool has_values = state.ok() && !state.value().tombstone();
  request.content = has_values ? state.value().values : std::string_view();
  return request;
}

Tip NextTip(const Entry& entry, const Tip& before) noexcept {
  Tip tip = before;
  tip.seq = entry.leaf.seq;
  tip.totals[entry.leaf.channel].Count(entry.leaf.kind);
  return tip;
}

void Project(const Entry& entry, const Tip& tip, std::vector<store::Put>& puts) {
  const Leaf& leaf = entry.leaf;
  Subject subject = SubjectOf(entry);
  puts.push_back(
      {subject.family, std::move(subject.key), EncodeStateRow(leaf.seq, entry.payload.state)});
  puts.push_back({store::Family::kCounts, TipKey(leaf.prefix), EncodeTip(tip)});
  if (!IsControl(leaf.kind)) {
    puts.push_back({store::Family::kCounts, DayKey(leaf.prefix, Day::Of(leaf.time_ms)),
                    EncodeDay(tip.totals)});
  }
  puts.push_back({store::Family::kRequests,
                  RequestKey(entry.payload.actor, entry.payload.request_id),
                  EncodeRequestRow({leaf.seq, RequestDigest(RequestOf(entry))})});
}

}  // namespace idnode::ledger
