// Who makes a request, and what they may.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "idnode/stored/v1/control.pb.h"
#include "ledger/entry.h"
#include "registry/problem.h"

namespace idnode::registry {

using Scope = stored::v1::Scope;

// "register", "read", ...
std::string_view ScopeName(Scope scope) noexcept;

// The node itself, or whoever bears a token. Immutable.
class Principal {
 public:
  static Principal Node() { return Principal(nullptr); }
  static Principal Bearer(std::shared_ptr<const stored::v1::Token> token) {
    return Principal(std::move(token));
  }

  bool is_node() const noexcept { return token_ == nullptr; }
  // REQUIRES: !is_node().
  const stored::v1::Token& token() const noexcept { return *token_; }
  ledger::Actor actor() const;

  // Whether the bearer may do what needs `scope` for `prefix` (folded; empty: for all prefixes, and
  // so for what has none). The node may do everything.
  std::optional<Problem> Require(Scope scope, std::string_view prefix) const;

  // The same for `prefix` (folded, not empty) and all that are derived from it.
  std::optional<Problem> RequireBelow(Scope scope, std::string_view prefix) const;

 private:
  explicit Principal(std::shared_ptr<const stored::v1::Token> token) : token_(std::move(token)) {}

  std::shared_ptr<const stored::v1::Token> token_;
};

// The prefixes that a principal reaches, however its token puts them: 8 octets of the SHA-256 of
//   1 octet   1 for all prefixes, which the node reaches, too; otherwise 0, and in their order
//   -         prefix, 0x00, and 1 octet: 1 if the derived prefixes are reached as well
using Reach = std::array<std::uint8_t, 8>;
Reach ReachOf(const Principal& principal);

// What Require() asks of a token.
std::optional<Problem> RequireOf(const stored::v1::Token& token, Scope scope,
                                 std::string_view prefix);

// Whether the token still counts at `now_ms` (wall clock).
std::optional<Problem> CheckValid(const stored::v1::Token& token, std::int64_t now_ms);

// Whether the token may, at `now_ms`, do everything that an administrator may, for all prefixes: as
// long as there is such a one, nobody is locked out.
bool IsAdministrator(const stored::v1::Token& token, std::int64_t now_ms);

// An id of 8 octets as people see it, 16 hexadecimal digits.
std::string TokenName(std::string_view id);

// An actor of an entry as people see it: "node", "token 0123456789abcdef".
std::string ActorName(std::string_view actor);

}  // namespace idnode::registry
