#include "expiry.h"

#include <charconv>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/day.h"
#include "failure.h"

namespace idnode::ctl {

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"", 1'000}};
  constexpr std::uint32_t kMost = 1'000'000'000;  // of any unit: no product overflows
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number == 0 || number > kMost) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const auto& [unit, ms] : kUnits) {
    if (text == unit) return std::chrono::milliseconds(number * ms);
  }
  return std::nullopt;
}

std::int64_t ExpiryMs(std::string_view text, Language language) {
  if (text.empty()) return 0;
  if (const auto day = Day::Parse(text); day.ok()) return day.value().end_ms();
  if (const auto duration = ParseDuration(text)) {
    return SystemClock().WallMs() + duration->count();
  }
  throw UsageFailure("--expires", Say(language, text::kExpires, text),
                     Say(language, text::kExpiresFix));
}

}  // namespace idnode::ctl
