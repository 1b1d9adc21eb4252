#include "registry/prepare.h"

#include <algorithm>
#include <utility>

#include "crypto/random.h"
#include "handle/fold.h"
#include "registry/control_decisions.h"
#include "registry/grammar.h"
#include "registry/identifier_decisions.h"

namespace idnode::registry {
namespace {

constexpr std::size_t kSecretHashSize = 32;  // octets
constexpr std::size_t kMaxName = 200;        // characters of a prefix's or token's name
constexpr int kMaxReaches = 1'000;           // prefixes of a token

constexpr Words kHashSize{"the hash of its secret has not 32 octets", "密钥散列不是 32 个字节"};
constexpr Words kNoScope{"it has no scope", "没有权限范围"};
constexpr Words kUnknownScope{"it has a scope that does not exist", "含有不存在的权限范围"};
constexpr Words kNoPrefixes{"it has neither all_prefixes nor a list of prefixes",
                            "既非全部前缀，也没有前缀列表"};
constexpr Words kTwicePrefixes{"it has both all_prefixes and a list of prefixes",
                               "同时给出了全部前缀和前缀列表"};
constexpr Words kManyPrefixes{"it has too many prefixes", "前缀过多"};
constexpr Words kBadPolicy{"its case policy is none that this node knows", "大小写规则未知"};
constexpr Words kBadExpiry{"it expires before 1970", "过期时间早于 1970 年"};

constexpr Words kNoName{"it is empty", "为空"};

// For people to read: the name of a prefix, which may be empty, or of a token.
std::optional<Problem> CheckName(std::string_view name, std::string field, bool may_be_empty) {
  const bool is_missing = name.empty() && !may_be_empty;
  const Words* fault = is_missing ? &kNoName : TextFault(name, kMaxName);
  if (fault == nullptr) return std::nullopt;
  return Problem{.code = Code::kNameMalformed,
                 .field = std::move(field),
                 .parameters = {ReasonParameter(*fault)}};
}

// Whether a node with the prefix `ours` (empty: any) has to do with `prefix`; both folded.
bool IsOurs(std::string_view prefix, std::string_view ours) noexcept {
  return ours.empty() || prefix == ours || IsBelow(prefix, ours);
}

Problem NotOurs(std::string field, std::string prefix, const std::string& ours) {
  return {.code = Code::kPrefixNotOurs,
          .field = std::move(field),
          .parameters = {{"prefix", std::move(prefix)}, {"node_prefix", ours}}};
}

// The object of a prefix is imported where the prefix is, or could be, served.
std::optional<Problem> CheckObjectOfPrefix(std::string_view identifier, const std::string& ours) {
  const std::string folded = handle::Folded(identifier);
  const std::string_view prefix = handle::PrefixOf(folded);
  if (prefix != handle::kPrefixOfPrefixes) return std::nullopt;
  const std::string about = folded.substr(prefix.size() + 1);
  if (IsOurs(about, ours)) return std::nullopt;
  return NotOurs("identifier", Quoted(about), ours);
}

// Each once, in their order.
void Sort(stored::v1::Token& token) {
  auto& scopes = *token.mutable_scopes();
  std::sort(scopes.begin(), scopes.end());
  scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  const auto key = [](const stored::v1::PrefixReach& reach) {
    return std::pair(std::string_view(reach.prefix()), reach.below());
  };
  auto& reaches = *token.mutable_prefixes();
  std::sort(reaches.begin(), reaches.end(),
            [&](const auto& one, const auto& other) { return key(one) < key(other); });
  reaches.erase(
      std::unique(reaches.begin(), reaches.end(),
                  [&](const auto& one, const auto& other) { return key(one) == key(other); }),
      reaches.end());
}

std::variant<ledger::RequestId, Problem> RequestIdOf(std::string_view octets) {
  ledger::RequestId id{};
  if (octets.empty()) {
    crypto::FillRandom(id);
    return id;
  }
  if (octets.size() != id.size()) {
    return Problem{.code = Code::kRequestIdMalformed,
                   .field = "request_id",
                   .parameters = {{"size", std::to_string(octets.size())}}};
  }
  std::copy(octets.begin(), octets.end(), id.begin());
  return id;
}

std::optional<Problem> CheckWritable(std::string_view identifier, bool import) {
  if (auto problem = CheckIdentifier(identifier, "identifier")) return problem;
  if (import || !IsReserved(identifier)) return std::nullopt;
  return Problem{.code = Code::kIdentifierReserved,
                 .field = "identifier",
                 .parameters = {{"identifier", Quoted(identifier)}}};
}

// A visitor: one call per kind of change.
class Preparer {
 public:
  Preparer(Asked& asked, const Registry::Options& options, ControlTable& control)
      : asked_(asked), options_(options), control_(control) {}

  Prepared operator()(RegisterIdentifier& change) {
    if (auto problem = CheckWritable(change.identifier, change.import)) return *std::move(problem);
    if (auto problem = CheckObjectOfPrefix(change.identifier, options_.node_prefix)) {
      return *std::move(problem);
    }
    auto values = EncodeValues(change.values, options_.record, change.import);
    if (auto* problem = std::get_if<Problem>(&values)) return std::move(*problem);
    return DecideRegister(std::move(asked_), std::move(change.identifier),
                          std::get<EncodedValues>(std::move(values)), change.import);
  }

  Prepared operator()(UpdateIdentifier& change) {
    if (auto problem = CheckIdentifier(change.identifier, "identifier")) return *std::move(problem);
    const bool as_import = IsReserved(change.identifier);
    auto values = EncodeValues(change.values, options_.record, as_import);
    if (auto* problem = std::get_if<Problem>(&values)) return std::move(*problem);
    asked_.origin.expected_seq = change.expected_seq;
    return DecideUpdate(std::move(asked_), std::move(change.identifier),
                        std::get<EncodedValues>(std::move(values)));
  }

  Prepared operator()(DeleteIdentifier& change) {
    if (auto problem = CheckIdentifier(change.identifier, "identifier")) return *std::move(problem);
    asked_.origin.expected_seq = change.expected_seq;
    return DecideDelete(std::move(asked_), std::move(change.identifier));
  }

  Prepared operator()(AddPrefix& change) {
    stored::v1::Prefix& prefix = change.prefix;
    if (auto problem = CheckPrefix(prefix.prefix(), "prefix.prefix")) return *std::move(problem);
    prefix.set_prefix(handle::Folded(prefix.prefix()));
    const std::string& ours = options_.node_prefix;
    if (!IsOurs(prefix.prefix(), ours) && prefix.prefix() != handle::kPrefixOfPrefixes) {
      return NotOurs("prefix.prefix", prefix.prefix(), ours);
    }
    if (auto problem = CheckName(prefix.name(), "prefix.name", true)) return *std::move(problem);
    if (!stored::v1::CasePolicy_IsValid(prefix.case_policy())) {
      return Problem{.code = Code::kPrefixMalformed,
                     .field = "prefix.case_policy",
                     .parameters = {{"prefix", prefix.prefix()}, ReasonParameter(kBadPolicy)}};
    }
    if (prefix.case_policy() == stored::v1::CASE_POLICY_UNSPECIFIED) {
      prefix.set_case_policy(stored::v1::CASE_POLICY_FOLD);
    }
    return DecideAddPrefix(std::move(asked_), prefix);
  }

  Prepared operator()(AddToken& change) {
    stored::v1::Token& token = change.token;
    if (auto problem = CheckName(token.name(), "token.name", false)) return *std::move(problem);
    if (const Words* fault = TokenFault(token)) {
      return Problem{
          .code = Code::kTokenMalformed, .field = "token", .parameters = {ReasonParameter(*fault)}};
    }
    for (stored::v1::PrefixReach& reach : *token.mutable_prefixes()) {
      if (auto problem = CheckPrefix(reach.prefix(), "token.prefixes")) return *std::move(problem);
      reach.set_prefix(handle::Folded(reach.prefix()));
    }
    Sort(token);
    token.set_id(TokenId(token.secret_sha256()));
    token.set_revoked(false);
    return DecideAddToken(std::move(asked_), token);
  }

  Prepared operator()(const RevokeToken& change) {
    return DecideRevokeToken(std::move(asked_), change.id, control_);
  }

  Prepared operator()(const AcceptClock& /*change*/) {
    asked_.origin.accepts_clock = true;
    return DecideAcceptClock(std::move(asked_));
  }

 private:
  static const Words* TokenFault(const stored::v1::Token& token) {
    if (token.secret_sha256().size() != kSecretHashSize) return &kHashSize;
    if (token.scopes().empty()) return &kNoScope;
    for (const int scope : token.scopes()) {
      if (!stored::v1::Scope_IsValid(scope) || scope == stored::v1::SCOPE_UNSPECIFIED) {
        return &kUnknownScope;
      }
    }
    if (!token.all_prefixes() && token.prefixes().empty()) return &kNoPrefixes;
    if (token.all_prefixes() && !token.prefixes().empty()) return &kTwicePrefixes;
    if (token.prefixes_size() > kMaxReaches) return &kManyPrefixes;
    if (token.expires_ms() < 0) return &kBadExpiry;
    return nullptr;
  }

  Asked& asked_;
  const Registry::Options& options_;
  ControlTable& control_;
};

}  // namespace

Prepared Prepare(Command command, const Registry::Options& options, ControlTable& control,
                 Registry::Callback done) {
  auto id = RequestIdOf(command.request_id);
  if (auto* problem = std::get_if<Problem>(&id)) return std::move(*problem);
  Asked asked{.origin = {.actor = command.principal.actor(),
                         .id = std::get<ledger::RequestId>(id),
                         .channel = command.channel},
              .principal = std::move(command.principal),
              .done = std::move(done)};
  return std::visit(Preparer(asked, options, control), command.change);
}

}  // namespace idnode::registry
