#include "typed.h"

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>

namespace idnode::ctl {
namespace {

// What the API calls a part of a request, and what it may be on a command line; the first that a
// verb has counts.
constexpr std::array<std::pair<const char*, const char*>, 22> kTyped = {{
    {"identifier", "ID"},
    {"id", "ID"},
    {"prefix", "PREFIX"},
    {"prefix", "--prefix"},
    {"prefix.prefix", "PREFIX"},
    {"prefix.name", "--name"},
    {"prefix.case_policy", "--case"},
    {"token.name", "NAME"},
    {"token.scopes", "--scope"},
    {"token.prefixes", "--prefix"},
    {"token.all_prefixes", "--all-prefixes"},
    {"token.expires_ms", "--expires"},
    {"values", "--value"},
    {"indexes", "--index"},
    {"types", "--type"},
    {"from_day", "--from"},
    {"to_day", "--to"},
    {"from_seq", "--from"},
    {"limit", "--limit"},
    {"expected_seq", "--expected-seq"},
    {"request_id", "--request-id"},
    {"cursor", "--cursor"},
}};

}  // namespace

TypedNames::TypedNames(const CLI::App& app) {
  const CLI::App* verb = &app;
  while (!verb->get_subcommands().empty()) verb = verb->get_subcommands().front();
  for (const auto& [field, option] : kTyped) {
    if (verb->get_option_no_throw(option) != nullptr) names_.try_emplace(field, option);
  }
}

std::string TypedNames::Of(const std::string& field) const {
  const std::size_t open = field.find('[');
  const auto name = names_.find(field.substr(0, open));
  if (name == names_.end()) return field;
  if (open == std::string::npos) return name->second;
  std::size_t position = 0;  // from 0, and people count from 1
  const char* const end = field.data() + field.size();
  const auto [at, error] = std::from_chars(field.data() + open + 1, end, position);
  if (error != std::errc() || at == end || *at != ']') return field;
  // Values come from --value and --value-file, in this order.
  std::string text =
      (name->first == "values" ? "value" : name->second) + ' ' + std::to_string(position + 1);
  const std::string_view rest(at + 1, static_cast<std::size_t>(end - at - 1));
  if (rest.starts_with('.')) text.append(", ").append(rest.substr(1));
  return text;
}

}  // namespace idnode::ctl
