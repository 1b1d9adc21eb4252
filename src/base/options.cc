#include "base/options.h"

#include <algorithm>
#include <set>

#include "base/nearest.h"
#include "base/option_text.h"
#include "base/quantity.h"
#include "base/utf8.h"

namespace idnode {
namespace {

// A checked value, or what is wrong with it: the end of a message.
struct Checked {
  std::optional<OptionValue> value;
  std::string problem;
};

Checked Wrong(std::string problem) { return {std::nullopt, std::move(problem)}; }

std::string JoinChoices(const std::vector<std::string_view>& choices) {
  std::string out;
  for (const std::string_view choice : choices) {
    out.append(out.empty() ? "" : ", ").append(Quoted(choice));
  }
  return out;
}

Checked CheckNumber(const Option& option, std::int64_t number) {
  if (number < option.min || number > option.max) return Wrong("must be " + BoundsText(option));
  return {number, ""};
}

Checked CheckQuantity(const Option& option, const Setting& setting) {
  const bool duration = option.target.type == OptionType::kDuration;
  const std::string_view units = duration ? kDurationUnits : kSizeUnits;
  std::string needs = "must be text with a unit (";
  needs.append(units).append("), as ");
  needs.append(Quoted(duration ? DurationText(std::chrono::milliseconds(option.min))
                               : SizeText(option.min)));
  const auto* text = std::get_if<std::string>(&setting.value);
  if (text == nullptr) return Wrong(needs);
  if (duration) {
    const auto parsed = ParseDuration(*text);
    if (parsed.ok()) return CheckNumber(option, parsed.value().count());
    return Wrong(parsed.error().code == Errc::kTooLarge ? "must be " + BoundsText(option) : needs);
  }
  const auto parsed = ParseSize(*text);
  if (parsed.ok()) return CheckNumber(option, parsed.value());
  return Wrong(parsed.error().code == Errc::kTooLarge ? "must be " + BoundsText(option) : needs);
}

Checked CheckString(const Option& option, const Setting& setting) {
  const auto* text = std::get_if<std::string>(&setting.value);
  if (text == nullptr) {
    if (std::holds_alternative<std::vector<std::string>>(setting.value)) {
      return Wrong("must be one text, not a list");
    }
    return Wrong("must be text; quote it: " + std::string(KeyOf(option.name)) + " = " +
                 Quoted(setting.spelling));
  }
  const auto size = static_cast<std::int64_t>(text->size());
  switch (option.target.type) {
    case OptionType::kChoice:
      if (std::ranges::find(option.target.choices, *text) == option.target.choices.end()) {
        return Wrong("must be one of " + JoinChoices(option.target.choices));
      }
      break;
    case OptionType::kAddress:
      if (!text->empty() && !Address::Parse(*text).ok()) {
        return Wrong("must be a numeric address, as \"192.0.2.1\" or \"2001:db8::1\"");
      }
      break;
    case OptionType::kPath:
      if (text->find('\0') != std::string::npos) return Wrong("must not contain the octet zero");
      break;
    default:
      if (!CountCodePoints(*text).ok()) return Wrong("must be valid UTF-8");
      if (size < option.min || size > option.max) {
        return Wrong("must have " + BoundsText(option) + " octets, has " + std::to_string(size));
      }
  }
  return {*text, ""};
}

// How a list of T is spoken of.
struct ListWords {
  std::string_view several;
  std::string_view one;      // "..." is no ONE
  std::string_view how;      // to write one
  std::string_view example;  // of a list
};

constexpr ListWords kEndpointWords{
    "endpoints", "endpoint",
    "a numeric address and a port, as \"127.0.0.1:2641\" or \"[::1]:2641\"",
    "[\"127.0.0.1:2641\", \"[::1]:2641\"]"};
constexpr ListWords kNetworkWords{
    "networks", "network",
    "an address, or the first one of a range and its prefix length, as \"192.0.2.0/24\"",
    "[\"192.0.2.0/24\", \"2001:db8::1\"]"};

template <typename T>
Checked CheckList(const Option& option, const Setting& setting, const ListWords& words) {
  const auto* texts = std::get_if<std::vector<std::string>>(&setting.value);
  if (texts == nullptr) {
    return Wrong("must be a list of " + std::string(words.several) + ", as " +
                 std::string(words.example));
  }
  const auto size = static_cast<std::int64_t>(texts->size());
  if (size < option.min || size > option.max) {
    return Wrong("must have " + BoundsText(option) + " " + std::string(words.several) + ", has " +
                 std::to_string(size));
  }
  std::vector<T> out;
  for (const std::string& text : *texts) {
    const Result<T> parsed = T::Parse(text);
    if (!parsed.ok()) {
      return Wrong(Quoted(text) + " is no " + std::string(words.one) + ": write " +
                   std::string(words.how));
    }
    if (std::ranges::find(out, parsed.value()) != out.end()) {
      return Wrong(Quoted(text) + " is there twice");
    }
    out.push_back(parsed.value());
  }
  return {std::move(out), ""};
}

Checked Check(const Option& option, const Setting& setting) {
  switch (option.target.type) {
    case OptionType::kBool:
      if (const auto* value = std::get_if<bool>(&setting.value)) return {*value, ""};
      return Wrong("must be true or false, without quotes");
    case OptionType::kInteger:
      if (const auto* value = std::get_if<std::int64_t>(&setting.value)) {
        return CheckNumber(option, *value);
      }
      return Wrong("must be a whole number without quotes, " + BoundsText(option));
    case OptionType::kDuration:
    case OptionType::kSize:
      return CheckQuantity(option, setting);
    case OptionType::kEndpoints:
      return CheckList<Endpoint>(option, setting, kEndpointWords);
    case OptionType::kNetworks:
      return CheckList<Network>(option, setting, kNetworkWords);
    default:
      return CheckString(option, setting);
  }
}

std::string UnknownKey(std::span<const Option> options, const std::string& name) {
  std::vector<std::string_view> names;
  for (const Option& option : options) {
    if (SectionOf(option.name) == name) {
      return std::string("a section: write [").append(name).append("], and its keys below it");
    }
    names.push_back(option.name);
  }
  std::string_view meant = Nearest(name, names);
  for (const std::string_view known : names) {
    if (meant.empty() && KeyOf(known) == KeyOf(name)) meant = known;  // the right key elsewhere
  }
  if (meant.empty()) return "unknown key; --print-config shows the known ones";
  return "unknown key; did you mean " + std::string(meant) + "?";
}

template <typename T>
OptionTarget BindPlain(OptionType type, T& variable) {
  return {.type = type,
          .get = [&variable] { return OptionValue(variable); },
          .set = [&variable](const OptionValue& value) { variable = std::get<T>(value); }};
}

}  // namespace

OptionTarget Bind(bool& variable) { return BindPlain(OptionType::kBool, variable); }
OptionTarget Bind(std::string& variable) { return BindPlain(OptionType::kText, variable); }
OptionTarget Bind(std::vector<Endpoint>& variable) {
  return BindPlain(OptionType::kEndpoints, variable);
}
OptionTarget Bind(std::vector<Network>& variable) {
  return BindPlain(OptionType::kNetworks, variable);
}

OptionTarget Bind(std::chrono::milliseconds& variable) {
  return {.type = OptionType::kDuration,
          .get = [&variable] { return std::int64_t{variable.count()}; },
          .set =
              [&variable](const OptionValue& value) {
                variable = std::chrono::milliseconds(std::get<std::int64_t>(value));
              }};
}

OptionTarget Bind(std::filesystem::path& variable) {
  return {
      .type = OptionType::kPath,
      .get = [&variable] { return variable.string(); },
      .set = [&variable](const OptionValue& value) { variable = std::get<std::string>(value); }};
}

OptionTarget Bind(std::optional<Address>& variable) {
  return {.type = OptionType::kAddress,
          .get = [&variable] { return variable ? variable->ToText() : std::string(); },
          .set =
              [&variable](const OptionValue& value) {
                const auto& text = std::get<std::string>(value);
                variable = std::nullopt;
                if (!text.empty()) variable = Address::Parse(text).value();
              }};
}

std::vector<std::string> ApplySettings(std::span<const Option> options, const std::string& file,
                                       std::span<const Setting> settings) {
  std::vector<std::string> problems;
  for (const Setting& setting : settings) {
    std::string place = file + ":" + std::to_string(setting.line) + ": " + setting.name;
    const auto option = std::ranges::find(options, std::string_view(setting.name), &Option::name);
    if (option == options.end()) {
      problems.push_back(place.append(": ").append(UnknownKey(options, setting.name)));
      continue;
    }
    const Checked checked = Check(*option, setting);
    if (checked.value) {
      option->target.set(*checked.value);
    } else {
      place.append(" = ").append(setting.spelling);
      problems.push_back(place.append(": ").append(checked.problem));
    }
  }
  return problems;
}

}  // namespace idnode
