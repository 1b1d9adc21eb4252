#include <cstddef>

#include "base/option_text.h"
#include "base/options.h"

namespace idnode {
namespace {

constexpr std::size_t kColumns = 100;

// `text` in lines of at most kColumns, each after `prefix`.
std::string Wrap(std::string_view text, std::string_view prefix) {
  std::string out;
  std::string line(prefix);
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    if (line.size() > prefix.size() && line.size() + 1 + word.size() > kColumns) {
      out.append(line).append("\n");
      line = prefix;
    }
    line.append(line.size() > prefix.size() ? " " : "").append(word);
  }
  return out.append(line).append("\n");
}

// What the row takes, for people: "Integer, 1..256 threads."
std::string TypeText(const Option& option) {
  switch (option.target.type) {
    case OptionType::kBool:
      return "true or false";
    case OptionType::kInteger:
      return "integer, " + BoundsText(option) + (option.unit.empty() ? "" : " ") +
             std::string(option.unit);
    case OptionType::kDuration:
      return "duration, " + BoundsText(option);
    case OptionType::kSize:
      return "size, " + BoundsText(option);
    case OptionType::kText:
      return "text, " + BoundsText(option) + " octets";
    case OptionType::kPath:
      return "path";
    case OptionType::kAddress:
      return "address";
    case OptionType::kEndpoints:
      return "list of " + BoundsText(option) + " endpoints";
    case OptionType::kNetworks:
      return "list of " + BoundsText(option) + " networks";
    case OptionType::kChoice:
      break;
  }
  std::string out = "one of";
  for (const std::string_view choice : option.target.choices) {
    out.append(out.ends_with("of") ? " " : ", ").append(Quoted(choice));
  }
  return out;
}

std::string UnsetText(const Option& option) {
  if (option.meaning_of_unset.empty()) return "";
  const bool number = option.target.type == OptionType::kInteger;
  return std::string(number ? "0: " : "Empty: ").append(option.meaning_of_unset);
}

std::string_view EffectText(Effect effect) {
  return effect == Effect::kReload ? "at reload" : "at restart";
}

std::string Current(const Option& option) {
  return ValueText(option.target.type, option.target.get());
}

}  // namespace

std::string PrintConfig(std::span<const Option> options) {
  std::string out;
  std::string_view section;
  for (const Option& option : options) {
    if (SectionOf(option.name) != section) {
      section = SectionOf(option.name);
      out.append(out.empty() ? "" : "\n").append("[").append(section).append("]\n");
    }
    out.append("\n").append(Wrap(option.text, "# "));
    if (!option.meaning_of_unset.empty()) out.append(Wrap(UnsetText(option) + ".", "# "));
    out.append(Wrap("(" + TypeText(option) + "; a change is obeyed " +
                        std::string(EffectText(option.effect)) + ")",
                    "# "));
    out.append(KeyOf(option.name)).append(" = ").append(Current(option)).append("\n");
  }
  return out;
}

std::string PrintReference(std::span<const Option> options) {
  std::string out;
  std::string_view section;
  for (const Option& option : options) {
    if (SectionOf(option.name) != section) {
      section = SectionOf(option.name);
      out.append("\n## [").append(section).append("]\n");
    }
    out.append("\n### ").append(option.name).append("\n\n");
    out.append(Wrap(option.text, ""));
    out.append("\n- Type: ").append(TypeText(option)).append("\n");
    out.append("- Default: `").append(Current(option)).append("`\n");
    if (!option.meaning_of_unset.empty()) out.append("- " + UnsetText(option) + "\n");
    out.append("- A change is obeyed: ").append(EffectText(option.effect)).append("\n");
  }
  return out;
}

}  // namespace idnode
