// Prefixes and tokens as people and programs see them: those that the node tells (idnode.v1) and
// those in the payload of an entry (idnode.stored.v1), which have the same fields but for their id.
#pragma once

#include <nlohmann/json.hpp>

#include <fmt/format.h>
#include <string>
#include <vector>

#include "idnode/v1/admin.pb.h"

#include "octets.h"
#include "output.h"
#include "words.h"

namespace idnode::ctl {

inline std::string Joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ","));
}

template <typename Prefix>
std::string CaseWord(const Prefix& prefix) {
  return Word(static_cast<v1::CasePolicy>(prefix.case_policy()));
}

template <typename Prefix>
Json PrefixJson(const Prefix& prefix) {
  return {{"prefix", prefix.prefix()}, {"case", CaseWord(prefix)}, {"name", prefix.name()}};
}

template <typename Token>
std::vector<std::string> ScopeWords(const Token& token) {
  std::vector<std::string> words;
  for (const int scope : token.scopes()) words.push_back(Word(static_cast<v1::Scope>(scope)));
  return words;
}

template <typename Token>
std::string ReachText(const Token& token, Language language) {
  if (token.all_prefixes()) return Say(language, text::kAllPrefixes);
  std::vector<std::string> words;
  for (const auto& reach : token.prefixes()) {
    words.push_back(reach.prefix() + (reach.below() ? ".*" : ""));
  }
  return Joined(words);
}

// Until when it counts.
template <typename Token>
std::string ExpiryText(const Token& token, Language language) {
  if (token.revoked()) return Say(language, text::kRevoked);
  return token.expires_ms() == 0 ? Say(language, text::kNever) : TimeText(token.expires_ms());
}

template <typename Token>
Json TokenJson(const Token& token, const std::string& id) {
  Json prefixes = Json::array();
  for (const auto& reach : token.prefixes()) {
    prefixes.push_back({{"prefix", reach.prefix()}, {"below", reach.below()}});
  }
  return {{"id", id},
          {"name", token.name()},
          {"scopes", ScopeWords(token)},
          {"all_prefixes", token.all_prefixes()},
          {"prefixes", std::move(prefixes)},
          {"expires_ms", token.expires_ms()},
          {"revoked", token.revoked()}};
}

}  // namespace idnode::ctl
