#include "base/day.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <ostream>

namespace idnode {
namespace {

struct Moment {
  const char* name;
  std::int64_t wall_ms;
  const char* date;
};
void PrintTo(const Moment& row, std::ostream* out) { *out << row.name; }

// Milliseconds from `date -u -d ... +%s`.
constexpr Moment kMoments[] = {
    {"Epoch", 0, "1970-01-01"},
    {"LastOfTheDay", 1'772'380'799'999, "2026-03-01"},      // 2026-03-01T15:59:59.999Z
    {"FirstOfTheDay", 1'772'380'800'000, "2026-03-02"},     // 2026-03-01T16:00:00Z
    {"UtcMidnight", 1'772'409'600'000, "2026-03-02"},       // 2026-03-02T00:00:00Z
    {"LeapDay", 1'709'136'000'000, "2024-02-29"},           // 2024-02-28T16:00:00Z
    {"AfterLeapDay", 1'709'222'400'000, "2024-03-01"},      // 2024-02-29T16:00:00Z
    {"NewYear", 1'767'196'800'000, "2026-01-01"},           // 2025-12-31T16:00:00Z
    {"BeforeTheEpoch", -28'800'001, "1969-12-31"},          // 1969-12-31T15:59:59.999Z
    {"FirstOfTheEpochsDay", -28'800'000, "1970-01-01"},     // 1969-12-31T16:00:00Z
    {"NoLeapDayIn1900", -2'203'920'000'000, "1900-03-01"},  // 1900-02-28T16:00:00Z
    {"Earliest", std::numeric_limits<std::int64_t>::min(), "0000-01-01"},
    {"Latest", std::numeric_limits<std::int64_t>::max(), "9999-12-31"},
};

class DayOf : public testing::TestWithParam<Moment> {};

TEST_P(DayOf, IsTheDateInChina) {
  EXPECT_EQ(Day::Of(GetParam().wall_ms).ToText(), GetParam().date);
}

INSTANTIATE_TEST_SUITE_P(Table, DayOf, testing::ValuesIn(kMoments),
                         [](const auto& row) { return row.param.name; });

TEST(Day, DoesNotDependOnTheMachinesZone) {
  // NOLINTBEGIN(concurrency-mt-unsafe): no other thread is running in this program
  for (const char* zone : {"America/Los_Angeles", "Pacific/Kiritimati", "Asia/Shanghai", "UTC"}) {
    ASSERT_EQ(setenv("TZ", zone, 1), 0);
    tzset();
    for (const Moment& row : kMoments) EXPECT_EQ(Day::Of(row.wall_ms).ToText(), row.date) << zone;
  }
  unsetenv("TZ");
  tzset();
  // NOLINTEND(concurrency-mt-unsafe)
}

// Against the C library's own calendar, with eight hours added by hand.
TEST(Day, AgreesWithTheCLibraryOnEveryDayOf400Years) {
  for (std::int64_t number = -100'000; number < 46'097; ++number) {
    const Day day(number);
    const time_t seconds = (day.start_ms() + Day::kZoneMs) / 1'000;
    tm civil{};
    gmtime_r(&seconds, &civil);
    char text[32];
    strftime(text, sizeof text, "%Y-%m-%d", &civil);
    ASSERT_EQ(day.ToText(), text);
    ASSERT_EQ(Day::Parse(text).value(), day);
    ASSERT_EQ(Day::Of(day.start_ms()), day);
    ASSERT_EQ(Day::Of(day.end_ms() - 1), day);
    ASSERT_EQ(Day::Of(day.end_ms()), day + 1);
  }
}

TEST(Day, RangeEndsWhereTheTextEnds) {
  EXPECT_EQ(Day(Day::kMinNumber).ToText(), "0000-01-01");
  EXPECT_EQ(Day(Day::kMaxNumber).ToText(), "9999-12-31");
  EXPECT_EQ(Day(Day::kMaxNumber) + 1, Day(Day::kMaxNumber));
  EXPECT_EQ(Day(Day::kMinNumber) + -1, Day(Day::kMinNumber));
}

TEST(Day, RefusesWhatIsNoDate) {
  for (const char* text : {"", "2026-3-1", "2026-03-01 ", "2026/03/01", "20260301", "2026-02-29",
                           "2026-13-01", "2026-00-10", "2026-01-00", "2026-01-32", "+026-01-01",
                           "202a-01-01", "2026-0a-01", "2026-01-0a", "-001-01-01", "２026-01-01"}) {
    const auto day = Day::Parse(text);
    ASSERT_FALSE(day.ok()) << text;
    EXPECT_EQ(day.error().code, Errc::kMalformed);
  }
}

}  // namespace
}  // namespace idnode
