// Durations and ends, as people write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "texts.h"

namespace idnode::ctl {

// "500ms", "30s", "15m", "12h", "90d"; a bare number means seconds. Nothing for anything else.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

// When a token ends, milliseconds since 1970: a day ("2026-12-31") ends with it, in China; a
// duration counts from now; empty is 0, never. Throws a usage Failure that names --expires.
std::int64_t ExpiryMs(std::string_view text, Language language);

}  // namespace idnode::ctl
