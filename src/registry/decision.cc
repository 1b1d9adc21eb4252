#include "registry/decision.h"

#include <utility>

#include "ledger/sealed.h"

namespace idnode::registry {
namespace {

constexpr Error kRefused{Errc::kDenied, 0, "refused"};  // the problem itself is kept apart

Problem ClockProblem(const Error& error) {
  return {
      .code = Code::kClockRefused,
      .parameters = {ReasonParameter(ReasonOf(error)), {"seconds", std::to_string(error.detail)}}};
}

Outcome OutcomeOf(const ledger::Answer& answer, const Outcome& refusal) {
  using Kind = ledger::Answer::Kind;
  switch (answer.kind) {
    case Kind::kCommitted:
    case Kind::kRepeated:
      return Receipt{.seq = answer.seq,
                     .time_ms = answer.time_ms,
                     .kind = answer.entry_kind,
                     .repeated = answer.kind == Kind::kRepeated};
    case Kind::kRefused:
      return refusal;
    case Kind::kReused:
      return Problem{.code = Code::kRequestIdReused, .field = "request_id"};
    case Kind::kBusy:
      return Problem{.code = Code::kBusy};
    case Kind::kClock:
      return ClockProblem(answer.error);
    case Kind::kUnavailable:
      return FromCommitter(answer.error);
    case Kind::kOutcomeUnknown:
      return Problem{.code = Code::kOutcomeUnknown};
  }
  return Problem{.code = Code::kInternal};
}

}  // namespace

Result<ledger::Change> Decision::Decide(const ledger::Overlay& now, const ledger::Moment& moment) {
  if (auto problem = CheckToken(now, moment)) {
    refusal_ = *std::move(problem);
    return kRefused;
  }
  Made made = Make(now, moment);
  if (auto* change = std::get_if<ledger::Change>(&made)) return std::move(*change);
  if (auto* problem = std::get_if<Problem>(&made)) {
    refusal_ = std::move(*problem);
  } else {
    refusal_ = std::get<Receipt>(made);
  }
  return kRefused;
}

void Decision::Done(const ledger::Answer& answer) noexcept { done_(OutcomeOf(answer, refusal_)); }

Result<ledger::StateRow> Decision::ReadState(const ledger::Overlay& now, store::Family family,
                                             std::string_view key, std::string& buffer) {
  const Status read = now.Get(family, key, buffer);
  if (!read.ok()) return read.error();
  return ledger::DecodeStateRow(buffer);
}

Result<Receipt> Decision::ReceiptOf(const ledger::Overlay& now, ledger::Seq seq) {
  std::string value;
  const Status read = now.Get(store::Family::kLeaf, ledger::SeqKey(seq), value);
  if (!read.ok()) return read.error();
  const Result<std::string_view> octets = ledger::Unseal(value);
  if (!octets.ok()) return octets.error();
  const Result<ledger::Leaf> leaf = ledger::DecodeLeaf(octets.value());
  if (!leaf.ok()) return Error{Errc::kCorrupt, 0, "leaf"};
  return Receipt{
      .seq = seq, .time_ms = leaf.value().time_ms, .kind = leaf.value().kind, .repeated = true};
}

// The token as it is now: it may have been revoked since the call came in.
std::optional<Problem> Decision::CheckToken(const ledger::Overlay& now,
                                            const ledger::Moment& moment) const {
  if (principal_.is_node()) return std::nullopt;
  std::string buffer;
  const std::string key = TokenControlKey(principal_.token().id());
  const auto row = ReadState(now, store::Family::kControl, key, buffer);
  if (!row.ok()) return FromCommitter(row.error());
  const Result<stored::v1::Token> token = ParseToken(row.value().state);
  if (!token.ok()) return FromCommitter(token.error());
  if (auto problem = CheckValid(token.value(), moment.wall_ms)) return problem;
  return RequireOf(token.value(), scope(), prefix());
}

}  // namespace idnode::registry
