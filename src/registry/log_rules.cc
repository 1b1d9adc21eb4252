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

constexpr Words kNotRevoked{"it revokes a token, but does not say so",
                            "吊销令牌，却没有标明已吊销"};
constexpr Words kRevokedOther{"it revokes a token, but changes it, too", "吊销令牌时还改变了令牌"};
constexpr Words kNoToken{"its token cannot be read", "其令牌无法读出"};
constexpr Words kNoPrefix{"its prefix cannot be read", "其前缀无法读出"};
constexpr Words kPrefixKey{"the prefix that it adds is not that of its key",
                           "所添加的前缀与键不符"};
constexpr Words kPrefixForm{"the prefix that it adds is malformed", "所添加的前缀格式错误"};
constexpr Words kTokenKey{"the token that it adds is not that of its key", "所添加的令牌与键不符"};
constexpr Words kTokenRevoked{"it adds a token that is revoked", "所添加的令牌已吊销"};
constexpr Words kNodeRegisters{"the node itself registers nothing", "节点自身不注册标识"};
constexpr Words kNobody{"it says of nobody who did it", "没有说明由谁操作"};
constexpr Words kUnknownActor{"the token that did it was never added", "操作所用的令牌从未添加"};
constexpr Words kNotAllowed{"the token that did it may not do that", "操作所用的令牌没有此权限"};
constexpr Words kIdentifierForm{"its identifier is malformed", "其标识格式错误"};
constexpr Words kUnknownPrefix{"its prefix was never added", "其前缀从未添加"};
constexpr Words kOtherPolicy{"its case policy is not that of its prefix", "大小写规则与其前缀不符"};
constexpr Words kNoRecord{"its record cannot be read", "其记录无法读出"};
constexpr Words kNotOwnSpelling{"its first spelling is not its own", "首次写法不是其自身的写法"};
constexpr Words kOtherSpelling{"its first spelling is not that of the entry before",
                               "首次写法与前一个条目不符"};

handle::CasePolicy PolicyOf(const Prefix& prefix) noexcept {
  return prefix.case_policy() == stored::v1::CASE_POLICY_SENSITIVE ? handle::CasePolicy::kSensitive
                                                                   : handle::CasePolicy::kFold;
}

// What is wrong with a revocation: it says that the token is revoked, and nothing else.
const Words* FaultOfRevocation(const Token& token, const Payload* before) {
  if (!token.revoked()) return &kNotRevoked;
  if (before == nullptr) return nullptr;  // told when that was read
  Result<Token> revoked = ParseToken(before->state);
  if (!revoked.ok()) return nullptr;
  Token expected = std::move(revoked).value();
  expected.set_revoked(true);
  return google::protobuf::util::MessageDifferencer::Equals(token, expected) ? nullptr
                                                                             : &kRevokedOther;
}

// Whether the token could at some time do what the entry says.
bool Allows(const Token& token, const Leaf& leaf, const Payload& payload) {
  const auto has = [&](Scope scope) { return !RequireOf(token, scope, leaf.prefix).has_value(); };
  const bool is_ordinary = !ledger::IsControl(leaf.kind) && !IsReserved(payload.identifier);
  return (is_ordinary && has(stored::v1::SCOPE_REGISTER)) || has(stored::v1::SCOPE_ADMIN);
}

}  // namespace

const Words* LogRules::FaultOf(const Leaf& leaf, const Payload* payload, const Payload* before) {
  has_gaps_ = has_gaps_ || leaf.seq != next_ || payload == nullptr;
  next_ = leaf.seq + 1;
  if (payload == nullptr) return nullptr;
  if (const Words* fault = FaultOfActor(leaf, *payload)) return fault;
  switch (leaf.kind) {
    case EntryKind::kPrefixPut:
      return PutPrefix(*payload);
    case EntryKind::kTokenPut:
      return PutToken(*payload);
    case EntryKind::kTokenRevoked: {
      const Result<Token> token = ParseToken(payload->state);
      return token.ok() ? FaultOfRevocation(token.value(), before) : &kNoToken;
    }
    case EntryKind::kClockAccepted:
    case EntryKind::kPayloadErased:
      return nullptr;
    default:
      return FaultOfRecord(leaf, *payload, before);
  }
}

const Words* LogRules::PutPrefix(const Payload& payload) {
  const Result<Prefix> prefix = ParsePrefix(payload.state);
  if (!prefix.ok()) return &kNoPrefix;
  const Prefix& put = prefix.value();
  if (payload.identifier != PrefixControlKey(put.prefix())) {
    return &kPrefixKey;
  }
  if (put.prefix() != handle::Folded(put.prefix()) || CheckPrefix(put.prefix(), {}).has_value()) {
    return &kPrefixForm;
  }
  prefixes_.insert_or_assign(put.prefix(), PolicyOf(put));
  return nullptr;
}

const Words* LogRules::PutToken(const Payload& payload) {
  const Result<Token> token = ParseToken(payload.state);
  if (!token.ok()) return &kNoToken;
  const Token& put = token.value();
  if (put.id() != TokenId(put.secret_sha256()) || payload.identifier != TokenControlKey(put.id())) {
    return &kTokenKey;
  }
  if (put.revoked()) return &kTokenRevoked;
  tokens_.insert_or_assign(put.id(), put);
  return nullptr;
}

const Words* LogRules::FaultOfActor(const Leaf& leaf, const Payload& payload) const {
  if (payload.actor == std::string(1, ledger::kActorNode)) {
    return ledger::IsControl(leaf.kind) ? nullptr : &kNodeRegisters;
  }
  if (!payload.actor.starts_with(ledger::kActorToken)) return &kNobody;
  const auto found = tokens_.find(std::string_view(payload.actor).substr(1));
  if (found == tokens_.end()) {
    return has_gaps_ ? nullptr : &kUnknownActor;
  }
  return Allows(found->second, leaf, payload) ? nullptr : &kNotAllowed;
}

const Words* LogRules::FaultOfRecord(const Leaf& leaf, const Payload& payload,
                                     const Payload* before) const {
  if (CheckIdentifier(payload.identifier, {}).has_value()) return &kIdentifierForm;
  const auto prefix = prefixes_.find(leaf.prefix);
  if (prefix == prefixes_.end()) {
    return has_gaps_ ? nullptr : &kUnknownPrefix;
  }
  if (payload.case_policy != prefix->second) return &kOtherPolicy;

  const auto state = ledger::DecodeRecordState(payload.state);
  if (!state.ok()) return &kNoRecord;
  if (leaf.prev == ledger::kNoSeq) {
    const bool is_key = payload.identifier == handle::KeyOf(payload.identifier, prefix->second);
    const std::string_view first = is_key ? std::string_view() : payload.identifier;
    return state.value().spelling == first ? nullptr : &kNotOwnSpelling;
  }
  if (before == nullptr) return nullptr;
  const auto then = ledger::DecodeRecordState(before->state);
  if (!then.ok() || then.value().spelling == state.value().spelling) return nullptr;
  return &kOtherSpelling;
}

}  // namespace idnode::registry
