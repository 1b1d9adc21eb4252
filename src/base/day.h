// Days as the bureau counts them: in China, whatever the machine's time zone says.
//
// China Standard Time is UTC+8 all year, without daylight saving, for every date this server can
// meet; so a day is arithmetic, and no time zone database is asked.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace idnode {

// A calendar day in China, from 0000-01-01 to 9999-12-31. A value; immutable.
class Day {
 public:
  static constexpr std::int32_t kMinNumber = -719'528;   // 0000-01-01
  static constexpr std::int32_t kMaxNumber = 2'932'896;  // 9999-12-31
  static constexpr std::int64_t kMs = 86'400'000;        // milliseconds of a day
  static constexpr std::int64_t kZoneMs = 28'800'000;    // 8 h: China is that far ahead of UTC

  constexpr Day() noexcept = default;  // 1970-01-01

  // Day `number`, counted from 1970-01-01 = 0. A number out of range is brought into it.
  explicit constexpr Day(std::int64_t number) noexcept
      : number_(static_cast<std::int32_t>(number < kMinNumber   ? kMinNumber
                                          : number > kMaxNumber ? kMaxNumber
                                                                : number)) {}

  // The day in which the moment `wall_ms` lies, milliseconds since 1970-01-01T00:00:00Z:
  // floor((t + 8 h) / 24 h). Moments before or after the range belong to its first or last day.
  static constexpr Day Of(std::int64_t wall_ms) noexcept {
    const std::int64_t quotient = wall_ms / kMs;
    const std::int64_t rest = wall_ms % kMs + kZoneMs;  // apart, so that no sum can overflow
    return Day(quotient + (rest >= kMs ? 1 : rest < 0 ? -1 : 0));
  }

  // Reads "2026-03-01". Errors: kMalformed, another form or a date that does not exist.
  static Result<Day> Parse(std::string_view text) noexcept;

  // REQUIRES: a date that exists, of the years 0 to 9999.
  static constexpr Day FromCivil(std::chrono::year_month_day date) noexcept {
    return Day(std::chrono::sys_days(date).time_since_epoch().count());
  }

  constexpr std::int32_t number() const noexcept { return number_; }

  // The first millisecond of the day, and the first one after it, since 1970-01-01T00:00:00Z.
  constexpr std::int64_t start_ms() const noexcept { return number_ * kMs - kZoneMs; }
  constexpr std::int64_t end_ms() const noexcept { return start_ms() + kMs; }

  constexpr std::chrono::year_month_day civil() const noexcept {
    return std::chrono::sys_days(std::chrono::days(number_));
  }

  // "2026-03-01"
  std::string ToText() const;

  friend constexpr Day operator+(Day day, std::int32_t days) noexcept {
    return Day(std::int64_t{day.number_} + days);
  }
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 errs about a comparison by default
  friend constexpr auto operator<=>(Day, Day) noexcept = default;

 private:
  std::int32_t number_ = 0;
};

}  // namespace idnode
