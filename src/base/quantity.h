// Durations and sizes as people write them: "300 s", "512 MiB".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace idnode {

inline constexpr std::string_view kDurationUnits = "ms, s, min, h, d";
inline constexpr std::string_view kSizeUnits = "B, KiB, MiB, GiB, TiB";

// A whole number, which may be followed by one blank, and one of the units above. The unit must be
// there, for a bare number is read differently by everyone. Errors: kMalformed, another form;
// kTooLarge, more milliseconds or octets than 2^63 - 1.
Result<std::chrono::milliseconds> ParseDuration(std::string_view text) noexcept;
Result<std::int64_t> ParseSize(std::string_view text) noexcept;

// The shortest text that the functions above read back as the same: "5 min", not "300 s".
// REQUIRES: not negative.
std::string DurationText(std::chrono::milliseconds duration);
std::string SizeText(std::int64_t octets);

}  // namespace idnode
