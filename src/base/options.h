// The option table: what can be configured, in one place.
//
// A row describes one option and is bound to the variable that it sets. From the rows come the
// checks of a config file and their messages, the commented file that --print-config shows, and
// config/reference.md. There is no second list of names, bounds or defaults: the default is what
// the variable holds in a fresh object.
//
//   Option         one row
//   Bind...()      ties a row to a variable of a certain type
//   ApplySettings  checks what was read from a file and stores it
//   PrintConfig, PrintReference
//
// This file knows no file format; node/config.cc reads TOML into Settings. One thread.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/endpoint.h"
#include "base/network.h"

namespace idnode {

enum class OptionType : std::uint8_t {
  kBool,
  kInteger,
  kDuration,   // "300 s": a whole number and ms, s, min, h or d
  kSize,       // "512 MiB": a whole number and B, KiB, MiB, GiB or TiB
  kText,       // UTF-8
  kPath,       // a file; a relative one is taken from the folder of the config file
  kAddress,    // "192.0.2.1"; empty for none
  kEndpoints,  // ["192.0.2.1:2641", "[2001:db8::1]:2641"]
  kNetworks,   // ["192.0.2.0/24", "2001:db8::1"]
  kChoice,     // one of a few words
};

// A value in the one form that checks and printing need: milliseconds, octets and other numbers as
// int64, text, paths, addresses and choices as string.
using OptionValue =
    std::variant<bool, std::int64_t, std::string, std::vector<Endpoint>, std::vector<Network>>;

// The variable behind a row. Made by Bind...(); refers to the variable, which must outlive it.
struct OptionTarget {
  OptionType type;
  std::function<OptionValue()> get;
  std::function<void(const OptionValue&)> set;  // REQUIRES: a value of this type, within bounds
  std::vector<std::string_view> choices;        // kChoice only
};

enum class Effect : std::uint8_t { kRestart, kReload };  // when a changed value is obeyed

// One row of the table. The texts are literals.
struct Option {
  std::string_view name;  // "section.key"
  OptionTarget target;
  // Both within bounds. Numbers: the value, in milliseconds, octets or units. Text: its length in
  // octets. Lists: how many. Others: unused.
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::string_view unit;                   // of an integer: "threads", "requests"
  std::string_view meaning_of_unset = {};  // what an empty text, or zero, stands for, if special
  Effect effect = Effect::kRestart;
  std::string_view text;  // one paragraph for the operator
};

OptionTarget Bind(bool& variable);
OptionTarget Bind(std::chrono::milliseconds& variable);
OptionTarget Bind(std::string& variable);
OptionTarget Bind(std::filesystem::path& variable);
OptionTarget Bind(std::optional<Address>& variable);
OptionTarget Bind(std::vector<Endpoint>& variable);
OptionTarget Bind(std::vector<Network>& variable);

// For any type of integer. REQUIRES: the row's bounds fit into it.
template <std::integral T>
OptionTarget Bind(T& variable) {
  return {.type = OptionType::kInteger,
          .get = [&variable] { return static_cast<std::int64_t>(variable); },
          .set =
              [&variable](const OptionValue& value) {
                variable = static_cast<T>(std::get<std::int64_t>(value));
              }};
}

// As above; the number is one of octets.
template <std::integral T>
OptionTarget BindSize(T& variable) {
  OptionTarget out = Bind(variable);
  out.type = OptionType::kSize;
  return out;
}

// For an enumeration, or whatever else has a name for each value. REQUIRES: the variable's value is
// always among `choices`.
template <typename T>
OptionTarget BindChoice(T& variable, std::vector<std::pair<std::string_view, T>> choices) {
  OptionTarget out{.type = OptionType::kChoice};
  for (const auto& choice : choices) out.choices.push_back(choice.first);
  out.get = [&variable, choices] {
    for (const auto& [name, value] : choices) {
      if (value == variable) return std::string(name);
    }
    std::abort();
  };
  out.set = [&variable, choices = std::move(choices)](const OptionValue& wanted) {
    for (const auto& [name, value] : choices) {
      if (name == std::get<std::string>(wanted)) variable = value;
    }
  };
  return out;
}

// One key of a config file with its value, as it was written.
struct Setting {
  std::string name;  // "section.key"
  // monostate: something no option takes, as a date or a nested array.
  std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>
      value;
  std::string spelling;  // the octets of the value in the file
  std::uint32_t line = 0;
};

// Stores `settings` in the variables of `options`. Returns what is wrong with them, a line each, in
// order: place in `file`, key, value, what is allowed, and how to mend it where that can be said.
// Empty when all is well; otherwise the variables may hold some of the settings.
std::vector<std::string> ApplySettings(std::span<const Option> options, const std::string& file,
                                       std::span<const Setting> settings);

// A TOML file that sets every option to what its variable holds now, each with its text as comment.
std::string PrintConfig(std::span<const Option> options);

// The reference in Markdown. REQUIRES: rows of a fresh object, whose values are the defaults.
std::string PrintReference(std::span<const Option> options);

}  // namespace idnode
