// How options look in messages, in config files and in the reference. For options*.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/options.h"

namespace idnode {

// "node" of "node.prefix", and "prefix".
std::string_view SectionOf(std::string_view name) noexcept;
std::string_view KeyOf(std::string_view name) noexcept;

// `text` as a TOML basic string (TOML 1.0.0, "String"), quotes included.
std::string Quoted(std::string_view text);

// `value` as it is written in a config file.
std::string ValueText(OptionType type, const OptionValue& value);

// "1..256", "1 s..1 h": the numbers that a row allows, in the notation of its type.
std::string BoundsText(const Option& option);

}  // namespace idnode
