#include "registry/log_rules.h"

#include <google/protobuf/util/message_differencer.h>

#include <memory>
#include <string_view>
#include <utility>

#include "handle/fold.h"
#include "ledger/rows.h"
#include "registry/control.h"
#include "registry/grammar.h"
#include "registry/principal.h"

namespace idnode::registry {
namespace {

using ledger::EntryKind;
using ledger::Leaf;
using ledger::Payload;
using stored::v1::Prefix;
using stored::v1::Token;

handle::CasePolicy PolicyOf(const Prefix& prefix) noexcept {
  return prefix.case_policy() == stored::v1::CASE_POLICY_SENSITIVE ? handle::CasePolicy::kSensitive
                                                                   : handle::CasePolicy::kFold;
}

// What is wrong with a revocation: it says that the token is revoked, and nothing else.
const char* FaultOfRevocation(const Token& token, const Payload* before) {
  if (!token.revoked()) return "it revokes a token, but does not say so";
  if (before == nullptr) return nullptr;  // told when that was read
  Result<Token> revoked = ParseToken(before->state);
  if (!revoked.ok()) return nullptr;
  Token expected = std::move(revoked).value();
  expected.set_revoked(true);
  return google::protobuf::util::MessageDifferencer::Equals(token, expected)
             ? nullptr
             : "it revokes a token, but changes it, too";
}

// Whether the token could at some time do what the entry says.
bool Allows(const Token& token, const Leaf& leaf, const Payload& payload) {
  const auto has = [&](Scope scope) { return !RequireOf(token, scope, leaf.prefix).has_value(); };
  const bool is_ordinary = !ledger::IsControl(leaf.kind) && !IsReserved(payload.identifier);
  return (is_ordinary && has(stored::v1::SCOPE_REGISTER)) || has(stored::v1::SCOPE_ADMIN);
}

}  // namespace

const char* LogRules::FaultOf(const Leaf& leaf, const Payload* payload, const Payload* before) {
  has_gaps_ = has_gaps_ || leaf.seq != next_ || payload == nullptr;
  next_ = leaf.seq + 1;
  if (payload == nullptr) return nullptr;
  if (const char* fault = FaultOfActor(leaf, *payload)) return fault;
  switch (leaf.kind) {
    case EntryKind::kPrefixPut:
      return PutPrefix(*payload);
    case EntryKind::kTokenPut:
      return PutToken(*payload);
    case EntryKind::kTokenRevoked: {
      const Result<Token> token = ParseToken(payload->state);
      return token.ok() ? FaultOfRevocation(token.value(), before) : "its token cannot be read";
    }
    case EntryKind::kClockAccepted:
    case EntryKind::kPayloadErased:
      return nullptr;
    default:
      return FaultOfRecord(leaf, *payload, before);
  }
}

const char* LogRules::PutPrefix(const Payload& payload) {
  const Result<Prefix> prefix = ParsePrefix(payload.state);
  if (!prefix.ok()) return "its prefix cannot be read";
  const Prefix& put = prefix.value();
  if (payload.identifier != PrefixControlKey(put.prefix())) {
    return "the prefix that it adds is not that of its key";
  }
  if (put.prefix() != handle::Folded(put.prefix()) || CheckPrefix(put.prefix(), {}).has_value()) {
    return "the prefix that it adds is malformed";
  }
  prefixes_.insert_or_assign(put.prefix(), PolicyOf(put));
  return nullptr;
}

const char* LogRules::PutToken(const Payload& payload) {
  const Result<Token> token = ParseToken(payload.state);
  if (!token.ok()) return "its token cannot be read";
  const Token& put = token.value();
  if (put.id() != TokenId(put.secret_sha256()) || payload.identifier != TokenControlKey(put.id())) {
    return "the token that it adds is not that of its key";
  }
  if (put.revoked()) return "it adds a token that is revoked";
  tokens_.insert_or_assign(put.id(), put);
  return nullptr;
}

const char* LogRules::FaultOfActor(const Leaf& leaf, const Payload& payload) const {
  if (payload.actor == std::string(1, ledger::kActorNode)) {
    return ledger::IsControl(leaf.kind) ? nullptr : "the node itself registers nothing";
  }
  if (!payload.actor.starts_with(ledger::kActorToken)) return "it says of nobody who did it";
  const auto found = tokens_.find(std::string_view(payload.actor).substr(1));
  if (found == tokens_.end()) {
    return has_gaps_ ? nullptr : "the token that did it was never added";
  }
  return Allows(found->second, leaf, payload) ? nullptr : "the token that did it may not do that";
}

const char* LogRules::FaultOfRecord(const Leaf& leaf, const Payload& payload,
                                    const Payload* before) const {
  if (CheckIdentifier(payload.identifier, {}).has_value()) return "its identifier is malformed";
  const auto prefix = prefixes_.find(leaf.prefix);
  if (prefix == prefixes_.end()) {
    return has_gaps_ ? nullptr : "its prefix was never added";
  }
  if (payload.case_policy != prefix->second) return "its case policy is not that of its prefix";

  const auto state = ledger::DecodeRecordState(payload.state);
  if (!state.ok()) return "its record cannot be read";
  if (leaf.prev == ledger::kNoSeq) {
    const bool is_key = payload.identifier == handle::KeyOf(payload.identifier, prefix->second);
    const std::string_view first = is_key ? std::string_view() : payload.identifier;
    return state.value().spelling == first ? nullptr : "its first spelling is not its own";
  }
  if (before == nullptr) return nullptr;
  const auto then = ledger::DecodeRecordState(before->state);
  if (!then.ok() || then.value().spelling == state.value().spelling) return nullptr;
  return "its first spelling is not that of the entry before";
}

}  // namespace idnode::registry
