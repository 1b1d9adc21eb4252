// Whether a Chinese text is Chinese.
#pragma once

#include <algorithm>
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
  const auto is_letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  };
  for (auto begin = text.begin(), end = begin; begin != text.end(); begin = end) {
    begin = std::find_if(begin, text.end(), is_letter);
    end = std::find_if_not(begin, text.end(), is_letter);
    std::string word(begin, end);
    if (word.size() > 1 && !names.contains(word)) return word;
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
