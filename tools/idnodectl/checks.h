// What the values of options must be. What is wrong is said as CLI11 says it; usage_words.h has it
// in both languages.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>

namespace idnode::ctl {

inline constexpr std::uint64_t kMaxIndex = 2'147'483'647;  // of the handle protocol; of a ttl, too

// A whole number. (CLI11 takes -1 for 2^64 - 1, and tells a text that is none without the bounds.)
CLI::Validator NumberFrom(std::uint64_t least,
                          std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

// Seconds, or a duration of whole seconds, which becomes its seconds.
CLI::Validator TimeToLive();

}  // namespace idnode::ctl
