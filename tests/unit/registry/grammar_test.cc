#include "registry/grammar.h"

#include <gtest/gtest.h>

#include <string>

#include "base/utf8.h"

namespace idnode::registry {
namespace {

std::string Times(std::string_view text, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += text;
  return out;
}

struct Row {
  std::string name;
  std::string identifier;
  std::string reason;  // empty: well-formed
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class Identifier : public testing::TestWithParam<Row> {};

TEST_P(Identifier, IsAcceptedOrRefusedWithTheReason) {
  const auto problem = CheckIdentifier(GetParam().identifier, "identifier");
  if (GetParam().reason.empty()) {
    EXPECT_FALSE(problem.has_value()) << problem->Cause(Language::kEnglish);
    return;
  }
  ASSERT_TRUE(problem.has_value());
  EXPECT_EQ(problem->code, Code::kIdentifierMalformed);
  EXPECT_EQ(problem->field, "identifier");
  const std::string cause = problem->Cause(Language::kEnglish);
  EXPECT_NE(cause.find(GetParam().reason), std::string::npos) << cause;
}

const std::string kPrefix = "88.118.1001/";

INSTANTIATE_TEST_SUITE_P(
    Table, Identifier,
    testing::Values(
        Row{"Plain", "88.118.1001/SKU-000017", ""}, Row{"EmptySuffix", "88.118.1001/", ""},
        Row{"SlashInSuffix", "88.118.1001/a/b", ""}, Row{"BlankInside", "88.118.1001/a b", ""},
        Row{"Chinese", "88.118.1001/螺栓-M8", ""}, Row{"NotNormalised", "88.118.1001/e\u0301", ""},
        Row{"DeepPrefix", "88.118.1001.7/x", ""}, Row{"LeadingZeros", "88.118.0042/x", ""},
        Row{"Most255Characters", kPrefix + Times("螺", 255 - 12), ""},
        Row{"Character256", kPrefix + Times("螺", 256 - 12), "too many characters"},
        Row{"Empty", "", "empty"}, Row{"NoSlash", "88.118.1001", "no slash"},
        Row{"NoPrefix", "/x", "prefix is malformed"},
        Row{"EmptySegment", "88..1001/x", "prefix is malformed"},
        Row{"DotAtTheEnd", "88.118./x", "prefix is malformed"},
        Row{"PrefixWithBlank", "88 118/x", "prefix is malformed"},
        Row{"PrefixTooLong", Times("8", 65) + "/x", "prefix is malformed"},
        Row{"LongestPrefix", Times("8", 64) + "/x", ""},
        Row{"BlankInFront", " 88.118.1001/x", "blank"},
        Row{"BlankBehind", "88.118.1001/x ", "blank"},
        Row{"IdeographicBlankBehind", "88.118.1001/x\u3000", "blank"},
        Row{"Tab", "88.118.1001/a\tb", "control"},
        Row{"Zero", kPrefix + std::string(1, '\0'), "control"},
        Row{"Delete", "88.118.1001/\x7f", "control"},
        Row{"C1Control", "88.118.1001/a\u0085", "control"},
        Row{"Replacement", "88.118.1001/\uFFFD", "replacement"},
        Row{"NotUtf8", "88.118.1001/\xC3", "not UTF-8"},
        Row{"Overlong", "88.118.1001/\xC0\xAF", "not UTF-8"},
        Row{"Surrogate", "88.118.1001/\xED\xA0\x80", "not UTF-8"},
        Row{"TooManyOctets", kPrefix + Times("x", 2'048), "octets"}),
    [](const auto& param) { return param.param.name; });

TEST(Identifier, ReservedFormsAreKnown) {
  for (const char* reserved :
       {"0.NA/88.118", "0.na/88.118", "0.SITE/status", "0/x", "0.0/0.0", "88.118.1001/0.0"}) {
    EXPECT_TRUE(IsReserved(reserved)) << reserved;
  }
  for (const char* free : {"88.118.1001/x", "88.118/0.00", "00.1/x", "88.0/x"}) {
    EXPECT_FALSE(IsReserved(free)) << free;
  }
}

TEST(Identifier, ACauseIsUtf8WhateverItQuotes) {
  for (const std::string& bad :
       {std::string("88.1/\xC3"), std::string("\xFF\xFE"), std::string(5'000, '\x01')}) {
    const auto problem = CheckIdentifier(bad, "identifier");
    ASSERT_TRUE(problem.has_value());
    const std::string cause = problem->Cause(Language::kChinese);
    EXPECT_TRUE(CountCodePoints(cause).ok()) << cause;
    EXPECT_LT(cause.size(), 400U);
  }
}

TEST(Prefix, BelowIsByWholeSegments) {
  EXPECT_TRUE(IsBelow("88.118.1001", "88.118"));
  EXPECT_TRUE(IsBelow("88.118.1001.5", "88.118"));
  EXPECT_FALSE(IsBelow("88.118", "88.118"));
  EXPECT_FALSE(IsBelow("88.1180", "88.118"));
  EXPECT_FALSE(IsBelow("88.11", "88.118"));
}

}  // namespace
}  // namespace idnode::registry
