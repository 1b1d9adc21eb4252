#include "base/quantity.h"

#include <gtest/gtest.h>

#include <limits>

namespace idnode {
namespace {

using std::chrono::milliseconds;

TEST(Quantity, DurationsAreReadWithTheirUnit) {
  EXPECT_EQ(ParseDuration("0 ms").value(), milliseconds(0));
  EXPECT_EQ(ParseDuration("300 s").value(), milliseconds(300'000));
  EXPECT_EQ(ParseDuration("300s").value(), milliseconds(300'000));
  EXPECT_EQ(ParseDuration("5 min").value(), milliseconds(300'000));
  EXPECT_EQ(ParseDuration("2 h").value(), milliseconds(7'200'000));
  EXPECT_EQ(ParseDuration("30 d").value(), milliseconds(2'592'000'000));
}

TEST(Quantity, SizesAreReadWithTheirUnit) {
  EXPECT_EQ(ParseSize("1 B").value(), 1);
  EXPECT_EQ(ParseSize("64KiB").value(), 65'536);
  EXPECT_EQ(ParseSize("512 MiB").value(), 536'870'912);
  EXPECT_EQ(ParseSize("2 GiB").value(), 2'147'483'648);
  EXPECT_EQ(ParseSize("1 TiB").value(), 1'099'511'627'776);
}

TEST(Quantity, RefusesOtherForms) {
  for (const char* text : {"", " ", "300", "s", " 1 s", "1  s", "1 s ", "-1 s", "-0 s", "+1 s",
                           "1.5 s", "1 S", "1 sec", "0x10 s", "1 KiB", "1 min s"}) {
    const auto duration = ParseDuration(text);
    ASSERT_FALSE(duration.ok()) << text;
    EXPECT_EQ(duration.error().code, Errc::kMalformed) << text;
  }
  for (const char* text : {"", "512", "1 KB", "1 kib", "1 M", "-1 B", "1 s"}) {
    const auto size = ParseSize(text);
    ASSERT_FALSE(size.ok()) << text;
    EXPECT_EQ(size.error().code, Errc::kMalformed) << text;
  }
}

TEST(Quantity, RefusesWhatOverflows) {
  EXPECT_EQ(ParseSize("9223372036854775807 B").value(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(ParseSize("8388607 TiB").value(), 8'388'607LL << 40);
  for (const char* text : {"9223372036854775808 B", "8388608 TiB", "99999999999999999999 B"}) {
    const auto size = ParseSize(text);
    ASSERT_FALSE(size.ok()) << text;
    EXPECT_EQ(size.error().code, Errc::kTooLarge) << text;
  }
}

TEST(Quantity, TextIsShortestAndReadsBack) {
  EXPECT_EQ(DurationText(milliseconds(0)), "0 s");
  EXPECT_EQ(DurationText(milliseconds(1)), "1 ms");
  EXPECT_EQ(DurationText(milliseconds(1'500)), "1500 ms");
  EXPECT_EQ(DurationText(milliseconds(90'000)), "90 s");
  EXPECT_EQ(DurationText(milliseconds(300'000)), "5 min");
  EXPECT_EQ(DurationText(milliseconds(86'400'000)), "1 d");
  EXPECT_EQ(SizeText(0), "0 B");
  EXPECT_EQ(SizeText(60'000), "60000 B");
  EXPECT_EQ(SizeText(512LL << 20), "512 MiB");
  for (const std::int64_t number : {0L, 1L, 999L, 60'000L, 3'600'000L, 1'048'576L, 123'456'789L}) {
    EXPECT_EQ(ParseSize(SizeText(number)).value(), number);
    EXPECT_EQ(ParseDuration(DurationText(milliseconds(number))).value(), milliseconds(number));
  }
}

}  // namespace
}  // namespace idnode
