#include "registry/principal.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/hex.h"
#include "crypto/digest.h"
#include "registry/grammar.h"

namespace idnode::registry {
namespace {

using stored::v1::Token;

constexpr std::array<std::pair<Scope, std::string_view>, 5> kScopes{{
    {stored::v1::SCOPE_REGISTER, "register"},
    {stored::v1::SCOPE_READ, "read"},
    {stored::v1::SCOPE_MONITOR, "monitor"},
    {stored::v1::SCOPE_AUDIT, "audit"},
    {stored::v1::SCOPE_ADMIN, "admin"},
}};

bool Reaches(const Token& token, std::string_view prefix) noexcept {
  if (token.all_prefixes()) return true;
  if (prefix.empty()) return false;
  return std::ranges::any_of(token.prefixes(), [prefix](const stored::v1::PrefixReach& reach) {
    return reach.prefix() == prefix || (reach.below() && IsBelow(prefix, reach.prefix()));
  });
}

bool Has(const Token& token, Scope scope) noexcept {
  return std::ranges::find(token.scopes(), scope) != token.scopes().end();
}

}  // namespace

std::string_view ScopeName(Scope scope) noexcept {
  for (const auto& [one, name] : kScopes) {
    if (one == scope) return name;
  }
  return "?";
}

ledger::Actor Principal::actor() const {
  if (is_node()) return {ledger::kActorNode};
  return ledger::kActorToken + token_->id();
}

std::optional<Problem> Principal::Require(Scope scope, std::string_view prefix) const {
  if (is_node()) return std::nullopt;
  return RequireOf(*token_, scope, prefix);
}

std::optional<Problem> Principal::RequireBelow(Scope scope, std::string_view prefix) const {
  // The star stands for any derived prefix: who reaches that one reaches them all, and the prefix.
  return Require(scope, std::string(prefix) + ".*");
}

Reach ReachOf(const Principal& principal) {
  const bool all = principal.is_node() || principal.token().all_prefixes();
  std::set<std::string> reaches;  // sorted, each once
  for (int i = 0; !all && i < principal.token().prefixes_size(); ++i) {
    const stored::v1::PrefixReach& reach = principal.token().prefixes(i);
    reaches.insert(reach.prefix() + '\0' + (reach.below() ? '\1' : '\0'));
  }
  std::string octets(1, all ? '\1' : '\0');
  for (const std::string& reach : reaches) octets += reach;
  const crypto::Sha256Digest digest = crypto::Sha256({AsBytes(octets)});
  Reach out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

std::optional<Problem> RequireOf(const Token& token, Scope scope, std::string_view prefix) {
  if (Has(token, scope) && Reaches(token, prefix)) return std::nullopt;
  return Problem{.code = Code::kPermissionDenied,
                 .parameters = {{"token", TokenName(token.id())},
                                {"scope", std::string(ScopeName(scope))},
                                {"prefix", prefix.empty() ? "all prefixes" : std::string(prefix),
                                 prefix.empty() ? "全部前缀" : ""}}};
}

std::optional<Problem> CheckValid(const Token& token, std::int64_t now_ms) {
  const auto refuse = [&](Code code) {
    return Problem{.code = code, .parameters = {{"token", TokenName(token.id())}}};
  };
  if (token.revoked()) return refuse(Code::kTokenRevoked);
  if (token.expires_ms() != 0 && token.expires_ms() <= now_ms) return refuse(Code::kTokenExpired);
  return std::nullopt;
}

bool IsAdministrator(const Token& token, std::int64_t now_ms) {
  return token.all_prefixes() && Has(token, stored::v1::SCOPE_ADMIN) &&
         !CheckValid(token, now_ms).has_value();
}

std::string TokenName(std::string_view id) { return ToHex(AsBytes(id)); }

std::string ActorName(std::string_view actor) {
  if (actor.empty() || actor.front() == ledger::kActorNode) return "node";
  return "token " + TokenName(actor.substr(1));
}

}  // namespace idnode::registry
