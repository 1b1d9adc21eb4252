// Whether a Chinese text is Chinese.
#pragma once

#include <algorithm>
#include <regex>
#include <set>
#include <string>

#include "registry/problem.h"

namespace idnode::registry {

// The first English word in a Chinese text that is none of the names that stay as they are: of
// commands, options, keys, fields, formats. Empty if there is none.
inline std::string EnglishIn(const std::string& text) {
  static const std::set<std::string> names = {
      "UTF",           "SHA",
      "SKU",           "URL",
      "TOKEN",         "Bearer",
      "authorization", "idnodectl",
      "token",         "prefix",
      "list",          "add",
      "clock",         "accept",
      "audit",         "file",
      "verify",        "FFFD",
      "limits",        "node",
      "record_octets", "values_per_record",
      "grpc",          "watchers",
      "admin",         "batch",
      "import",        "timestamp_s",
      "all_prefixes",  "scope",
      "all",           "prefixes",
      "out",
  };
  static const std::regex word("[A-Za-z][A-Za-z_]+");
  for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) {
    if (!names.contains(at->str())) return at->str();
  }
  return {};
}

// The same for all that a problem says, but for what it quotes of the request and of the state.
inline std::string EnglishIn(Problem problem) {
  for (Parameter& parameter : problem.parameters) {
    if (parameter.name != "reason" && parameter.chinese.empty()) parameter.text.clear();
  }
  const std::string found = EnglishIn(problem.Cause(Language::kChinese));
  return found.empty() ? EnglishIn(problem.Fix(Language::kChinese)) : found;
}

}  // namespace idnode::registry
