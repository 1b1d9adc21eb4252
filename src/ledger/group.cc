#include "ledger/group.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "crypto/random.h"
#include "ledger/log.h"
#include "ledger/rows.h"
#include "ledger/sealed.h"

namespace idnode::ledger {
namespace {

constexpr std::size_t kMaxRequestKey = kMaxActor + std::tuple_size_v<RequestId>;

// What every commit holds besides the rows of its entries: the head, as large as it can become, and
// how far request ids are forgotten.
store::Limits Room(const store::Limits& limits, const Head& head) noexcept {
  constexpr std::size_t kKeys = 2;
  const std::size_t octets = 4'096 + head.gate.size();
  return {.keys = limits.keys > kKeys ? limits.keys - kKeys : 0,
          .octets = limits.octets > octets ? limits.octets - octets : 0};
}

// What a leaf or payload has no room for. The registry lets none of it through.
Status CheckForm(const Request::Origin& origin, const Change& change) noexcept {
  if (change.prefix.size() > kMaxPrefix) return Error{Errc::kInternal, 0, "prefix too long"};
  if (change.identifier.size() > kMaxIdentifier) {
    return Error{Errc::kInternal, 0, "identifier too long"};
  }
  if (origin.actor.size() > kMaxActor) return Error{Errc::kInternal, 0, "actor too long"};
  if (change.prefix.empty() != IsControl(change.kind)) {
    return Error{Errc::kInternal, 0, "prefix and kind disagree"};
  }
  return {};
}

std::string Sealed(std::string octets) {
  Seal(octets);
  return octets;
}

std::size_t Octets(const std::vector<store::Put>& puts) noexcept {
  std::size_t octets = 0;
  for (const store::Put& put : puts) octets += put.key.size() + put.value.size();
  return octets;
}

Answer Refused(const Error& error) noexcept {
  return {.kind = Answer::Kind::kRefused, .error = error};
}

}  // namespace

Group::Group(const store::Engine& engine, Head head, const ClockRule& clock, std::uint32_t shard)
    : engine_(engine),
      room_(Room(engine.limits(), head)),
      clock_(clock),
      shard_(shard),
      head_(std::move(head)),
      overlay_(engine) {}

bool Group::Add(Request& request, const Limits& limits) {
  if (answers_.size() >= limits.requests) return false;
  const Result<Answer> answer = Decide(request, limits);
  if (answer.ok()) {
    answers_.push_back(answer.value());
  } else if (answer.error().code == Errc::kTooLarge && !entries_.empty()) {
    return false;
  } else {
    answers_.push_back({.kind = Answer::Kind::kUnavailable, .error = answer.error()});
  }
  return true;
}

Result<Answer> Group::Decide(Request& request, const Limits& limits) {
  const Result<Answer> repeat = Repeat(request);
  if (repeat.ok() || repeat.error().code != Errc::kNotFound) return repeat;

  const bool accepts_clock = request.origin().accepts_clock;
  const Result<Moment> moment =
      accepts_clock ? Result<Moment>(clock_.Accepting(head_)) : clock_.Next(head_);
  if (!moment.ok()) return Answer{.kind = Answer::Kind::kClock, .error = moment.error()};

  Result<Change> change = request.Decide(overlay_, moment.value());
  if (!change.ok()) return Refused(change.error());
  Result<Answer> answer = Append(request, std::move(change).value(), moment.value(), limits);
  if (answer.ok() && accepts_clock) clock_.Accept();
  return answer;
}

Result<Answer> Group::Repeat(const Request& request) const {
  const Request::Origin& origin = request.origin();
  std::string value;
  const Status read =
      overlay_.Get(store::Family::kRequests, RequestKey(origin.actor, origin.id), value);
  if (!read.ok()) return read.error();
  const Result<RequestRow> row = DecodeRequestRow(value);
  if (!row.ok()) return row.error();
  const Result<Leaf> leaf = LeafOf(row.value().seq);
  if (!leaf.ok()) {
    return leaf.error().code == Errc::kNotFound ? Error{Errc::kCorrupt, 0, "leaf of a request"}
                                                : leaf.error();
  }
  const std::int64_t time_ms = leaf.value().time_ms;
  if (!IsRemembered(time_ms, head_.time_ms)) return Error{Errc::kNotFound, 0, "request"};
  if (request.DigestAt(time_ms) != row.value().digest) {
    return Answer{.kind = Answer::Kind::kReused};
  }
  return Answer{.kind = Answer::Kind::kRepeated,
                .seq = row.value().seq,
                .time_ms = time_ms,
                .entry_kind = leaf.value().kind};
}

Result<Answer> Group::Append(const Request& request, Change change, const Moment& moment,
                             const Limits& limits) {
  const Request::Origin& origin = request.origin();
  if (const Status form = CheckForm(origin, change); !form.ok()) return form.error();
  Entry entry{.leaf = {.shard = shard_,
                       .seq = head_.seq(),
                       .time_ms = moment.time_ms,
                       .kind = change.kind,
                       .channel = origin.channel,
                       .prefix = std::move(change.prefix)},
              .payload = {.request_id = origin.id,
                          .actor = origin.actor,
                          .expected_seq = origin.expected_seq,
                          .case_policy = change.case_policy,
                          .identifier = std::move(change.identifier),
                          .state = std::move(change.state)}};
  const Result<Seq> previous = PreviousOf(SubjectOf(entry));
  if (!previous.ok()) return previous.error();
  const Result<Tip> tip_before = TipOf(entry.leaf.prefix);
  if (!tip_before.ok()) return tip_before.error();

  const Tip tip = NextTip(entry, tip_before.value());
  crypto::FillRandom(entry.payload.salt);
  std::string payload = EncodePayload(entry.payload);
  entry.leaf.prev = previous.value();
  entry.leaf.prev_in_prefix = tip_before.value().seq;
  entry.leaf.totals = tip.totals.Sum();
  entry.leaf.commitment = Commitment(payload);
  std::string leaf = EncodeLeaf(entry.leaf);
  const Hash leaf_hash = LeafHash(leaf);

  const std::string seq_key = SeqKey(entry.leaf.seq);
  std::vector<store::Put> puts;
  puts.push_back({store::Family::kLeaf, seq_key, Sealed(std::move(leaf))});
  puts.push_back({store::Family::kPayload, seq_key, Sealed(std::move(payload))});
  Project(entry, tip, puts);
  if (!HasRoomFor(puts, limits)) return Error{Errc::kTooLarge, 0, "entry larger than a commit"};

  for (store::Put& put : puts) overlay_.Set(std::move(put));
  head_.lag_ms = NextLag(head_.lag_ms, head_.time_ms, entry.leaf, entry.payload.state);
  head_.time_ms = moment.time_ms;
  head_.tree.Append(leaf_hash);
  const Answer answer{.kind = Answer::Kind::kCommitted,
                      .seq = entry.leaf.seq,
                      .time_ms = moment.time_ms,
                      .entry_kind = entry.leaf.kind};
  entries_.push_back(std::move(entry));
  return answer;
}

Result<Seq> Group::PreviousOf(const Subject& subject) const {
  std::string value;
  const Status read = overlay_.Get(subject.family, subject.key, value);
  if (!read.ok()) {
    return read.error().code == Errc::kNotFound ? Result<Seq>(kNoSeq) : read.error();
  }
  const Result<StateRow> row = DecodeStateRow(value);
  if (!row.ok()) return row.error();
  return row.value().seq;
}

Result<Tip> Group::TipOf(std::string_view prefix) const {
  std::string value;
  const Status read = overlay_.Get(store::Family::kCounts, TipKey(prefix), value);
  if (!read.ok()) return read.error().code == Errc::kNotFound ? Result<Tip>(Tip{}) : read.error();
  return DecodeTip(value);
}

Result<Leaf> Group::LeafOf(Seq seq) const {
  std::string value;
  const Status read = overlay_.Get(store::Family::kLeaf, SeqKey(seq), value);
  if (!read.ok()) return read.error();
  const Result<std::string_view> octets = Unseal(value);
  if (!octets.ok()) return octets.error();
  return DecodeLeaf(octets.value());
}

bool Group::HasRoomFor(const std::vector<store::Put>& puts, const Limits& limits) const {
  const std::size_t octets = overlay_.octets() + Octets(puts);
  const bool is_first = entries_.empty();
  return overlay_.keys() + puts.size() <= room_.keys && octets <= room_.octets &&
         (is_first || octets <= limits.octets);
}

// A row forgotten for every new one would keep up, two catch up.
std::size_t Group::ForgetLimit() const {
  const std::size_t keys = room_.keys - overlay_.keys();
  const std::size_t octets = room_.octets - overlay_.octets();
  return std::min({2 * entries_.size(), keys, octets / kMaxRequestKey});
}

Group::Commit Group::Finish(RequestMemory& memory) {
  crypto::FillRandom(head_.nonce);
  const Seq stored = head_.seq() - entries_.size();
  RequestMemory::Forgotten forgotten = memory.Forget(engine_, stored, head_.time_ms, ForgetLimit());
  if (forgotten.progress.has_value()) overlay_.Set(std::move(*forgotten.progress));
  Commit commit{.next_head = EncodeHead(head_), .puts = overlay_.Puts()};
  for (store::Erase& erase : forgotten.erases) {
    if (!overlay_.IsSet(erase.family, erase.key)) commit.erases.push_back(std::move(erase));
  }
  return commit;
}

}  // namespace idnode::ledger
