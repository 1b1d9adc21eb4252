#include "base/option_text.h"

#include <array>
#include <cstdio>

#include "base/quantity.h"

namespace idnode {
namespace {

std::string NumberText(OptionType type, std::int64_t number) {
  if (type == OptionType::kDuration) return DurationText(std::chrono::milliseconds(number));
  if (type == OptionType::kSize) return SizeText(number);
  return std::to_string(number);
}

template <typename T>
std::string ListText(const std::vector<T>& list) {
  std::string out = "[";
  for (const T& element : list) {
    out.append(out.size() > 1 ? ", " : "").append(Quoted(element.ToText()));
  }
  return out + "]";
}

}  // namespace

std::string_view SectionOf(std::string_view name) noexcept {
  return name.substr(0, name.rfind('.'));
}

std::string_view KeyOf(std::string_view name) noexcept { return name.substr(name.rfind('.') + 1); }

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char character : text) {
    const auto octet = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      out.append("\\").append(1, character);
    } else if (octet < 0x20 || octet == 0x7F) {
      std::array<char, 8> escape{};
      (void)std::snprintf(escape.data(), escape.size(), "\\u%04X", octet);
      out.append(escape.data());
    } else {
      out += character;
    }
  }
  return out + '"';
}

std::string ValueText(OptionType type, const OptionValue& value) {
  switch (type) {
    case OptionType::kBool:
      return std::get<bool>(value) ? "true" : "false";
    case OptionType::kInteger:
      return NumberText(type, std::get<std::int64_t>(value));
    case OptionType::kDuration:
    case OptionType::kSize:
      return Quoted(NumberText(type, std::get<std::int64_t>(value)));
    case OptionType::kText:
    case OptionType::kPath:
    case OptionType::kAddress:
    case OptionType::kChoice:
      return Quoted(std::get<std::string>(value));
    case OptionType::kEndpoints:
      return ListText(std::get<std::vector<Endpoint>>(value));
    case OptionType::kNetworks:
      break;
  }
  return ListText(std::get<std::vector<Network>>(value));
}

std::string BoundsText(const Option& option) {
  const OptionType type = option.target.type;
  return NumberText(type, option.min) + ".." + NumberText(type, option.max);
}

}  // namespace idnode
