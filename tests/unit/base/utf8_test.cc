#include "base/utf8.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace idnode {
namespace {

std::string Encode(char32_t point) {
  const auto octet = [](char32_t bits) { return static_cast<char>(bits); };
  const auto rest = [&](int shift) { return octet(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) return {octet(point)};
  if (point < 0x800) return {octet(0xC0 | point >> 6), rest(0)};
  if (point < 0x10000) return {octet(0xE0 | point >> 12), rest(6), rest(0)};
  return {octet(0xF0 | point >> 18), rest(12), rest(6), rest(0)};
}

TEST(Utf8, EveryCodePointIsReadAndEverySurrogateRefused) {
  for (char32_t point = 0; point <= 0x11'FFFF; ++point) {
    const std::string text = Encode(point);
    const bool legal = point <= 0x10'FFFF && (point < 0xD800 || point > 0xDFFF);
    std::size_t offset = 0;
    ASSERT_EQ(NextCodePoint(text, offset), legal ? point : kNoCodePoint)
        << static_cast<std::uint32_t>(point);
    ASSERT_EQ(offset, legal ? text.size() : 0) << static_cast<std::uint32_t>(point);
    if (!legal) continue;
    for (std::size_t cut = 1; cut < text.size(); ++cut) {  // every prefix is refused
      offset = 0;
      ASSERT_EQ(NextCodePoint(std::string_view(text).substr(0, cut), offset), kNoCodePoint);
    }
  }
}

struct Refused {
  const char* name;
  std::string text;
  std::uint32_t offset;
};
void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }

class RefusedUtf8 : public testing::TestWithParam<Refused> {};

TEST_P(RefusedUtf8, IsMalformedAtTheOffset) {
  const auto count = CountCodePoints(GetParam().text);
  ASSERT_FALSE(count.ok());
  EXPECT_EQ(count.error().code, Errc::kMalformed);
  EXPECT_EQ(count.error().detail, GetParam().offset);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedUtf8,
    testing::Values(Refused{"ContinuationAlone", "a\x80", 1},
                    Refused{"OverlongSlash2", "\xC0\xAF", 0}, Refused{"OverlongC1", "\xC1\xBF", 0},
                    Refused{"OverlongSlash3", "ab\xE0\x80\xAF", 2},
                    Refused{"OverlongSlash4", "\xF0\x80\x80\xAF", 0},
                    Refused{"FirstSurrogate", "\xED\xA0\x80", 0},
                    Refused{"LastSurrogate", "\xED\xBF\xBF", 0},
                    Refused{"AboveUnicode", "\xF4\x90\x80\x80", 0},
                    Refused{"FiveOctets", "\xF8\x88\x80\x80\x80", 0}, Refused{"Fe", "\xFE", 0},
                    Refused{"Ff", "\xFF", 0}, Refused{"CutOff", "钢\xE9\x92", 3},
                    Refused{"LeadThenAscii", "\xE9(\xA2", 0}, Refused{"Gb18030", "\xB8\xD6", 0}),
    [](const auto& row) { return row.param.name; });

TEST(Utf8, CountsCodePointsNotOctets) {
  EXPECT_EQ(CountCodePoints("").value(), 0U);
  EXPECT_EQ(CountCodePoints("88.118.1001/SKU").value(), 15U);
  EXPECT_EQ(CountCodePoints("不锈钢螺栓").value(), 5U);
  EXPECT_EQ(CountCodePoints("e\u0301").value(), 2U);  // a combining accent is one of its own
  EXPECT_EQ(CountCodePoints("\U0001F529").value(), 1U);
  EXPECT_EQ(CountCodePoints(std::string_view("a\0b", 3)).value(), 3U);
}

TEST(Utf8, CutsBetweenCodePoints) {
  EXPECT_EQ(CutUtf8("abc", 3), "abc");
  EXPECT_EQ(CutUtf8("abc", 2), "ab");
  EXPECT_EQ(CutUtf8("钢铁", 6), "钢铁");
  EXPECT_EQ(CutUtf8("钢铁", 5), "钢");
  EXPECT_EQ(CutUtf8("钢铁", 4), "钢");
  EXPECT_EQ(CutUtf8("钢铁", 3), "钢");
  EXPECT_EQ(CutUtf8("钢铁", 2), "");
  EXPECT_EQ(CutUtf8("\U0001F529x", 3), "");
  EXPECT_EQ(CutUtf8("钢铁", 0), "");
  EXPECT_EQ(CutUtf8("\x80\x80\x80\x80\x80\x80", 5).size(), 5U);
}

}  // namespace
}  // namespace idnode
