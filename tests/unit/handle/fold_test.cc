#include "handle/fold.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace idnode::handle {
namespace {

struct Row {
  std::string_view name;
  std::string_view identifier;
  std::string_view folded;     // the key under kFold
  std::string_view sensitive;  // the key under kSensitive
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class KeyOfIdentifier : public testing::TestWithParam<Row> {};

TEST_P(KeyOfIdentifier, IsTheFoldedOne) {
  const Row& row = GetParam();
  EXPECT_EQ(KeyOf(row.identifier, CasePolicy::kFold), row.folded);
  EXPECT_EQ(KeyOf(row.identifier, CasePolicy::kSensitive), row.sensitive);
}

TEST_P(KeyOfIdentifier, AKeyIsItsOwnKey) {
  for (const auto policy : {CasePolicy::kFold, CasePolicy::kSensitive}) {
    const std::string key = KeyOf(GetParam().identifier, policy);
    EXPECT_EQ(KeyOf(key, policy), key);
  }
}

TEST_P(KeyOfIdentifier, FoldingTheSensitiveKeyInPlaceGivesTheOther) {
  std::string key = KeyOf(GetParam().identifier, CasePolicy::kSensitive);
  FoldInPlace(key);
  EXPECT_EQ(key, GetParam().folded);
}

using namespace std::string_view_literals;
INSTANTIATE_TEST_SUITE_P(
    Table, KeyOfIdentifier,
    testing::Values(
        Row{"Plain", "88.118.1001/BOLT-M8", "88.118.1001/BOLT-M8", "88.118.1001/BOLT-M8"},
        Row{"LowerCase", "88.118.ab/bolt-m8", "88.118.AB/BOLT-M8", "88.118.AB/bolt-m8"},
        Row{"EmptySuffix", "88.118/", "88.118/", "88.118/"}, Row{"EmptyPrefix", "/x", "/X", "/x"},
        Row{"Empty", "", "0.NA/", "0.NA/"},
        Row{"OnlyTheFirstSlashCuts", "88.a/b/c", "88.A/B/C", "88.A/b/c"},
        Row{"NoSlash", "88.118", "0.NA/88.118", "0.NA/88.118"},
        Row{"NoSlashLowerCase", "88.ab", "0.NA/88.AB", "0.NA/88.AB"},
        Row{"PrefixHandle", "0.na/88.ab", "0.NA/88.AB", "0.NA/88.AB"},
        Row{"AllThatBeginsWithZeroDotIsFolded", "0.site/Status", "0.SITE/STATUS", "0.SITE/STATUS"},
        Row{"TwoByteLettersAreLeftAlone", "88.118/écrou", "88.118/éCROU", "88.118/écrou"},
        Row{"Chinese", "88.118/螺栓-m8", "88.118/螺栓-M8", "88.118/螺栓-m8"},
        Row{"NeighboursOfTheLetters", "88/`az{@AZ[", "88/`AZ{@AZ[", "88/`az{@AZ["},
        Row{"AnyOctet", "88/\0\xFFz"sv, "88/\0\xFFZ"sv, "88/\0\xFFz"sv}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(PrefixOf, EndsAtTheFirstSlash) {
  EXPECT_EQ(PrefixOf("88.118/a/b"), "88.118");
  EXPECT_EQ(PrefixOf("88.118"), "88.118");
  EXPECT_EQ(PrefixOf(KeyOf("88.118", CasePolicy::kFold)), "0.NA");
}

TEST(WriteKey, NeedsNoMoreRoomThanItSays) {
  std::array<char, 6 + kMaxKeyGrowth> room{};
  EXPECT_EQ(WriteKey("88.118", CasePolicy::kFold, room), "0.NA/88.118");
}

TEST(WriteKeyDeathTest, TooLittleRoomEndsTheProcess) {
  std::array<char, 5 + kMaxKeyGrowth> room{};
  EXPECT_DEATH((void)WriteKey("88.118", CasePolicy::kFold, room), "");
}

TEST(EqualFolded, LooksAtEveryOctet) {
  EXPECT_TRUE(EqualFolded("hs_Admin", "HS_ADMIN"));
  EXPECT_TRUE(EqualFolded("", ""));
  EXPECT_FALSE(EqualFolded("HS_ADMIN", "HS_ADMI"));
  EXPECT_FALSE(EqualFolded("HS_ADMIN", "HS_ADMIM"));
  EXPECT_FALSE(EqualFolded("é", "É"));
}

TEST(Folded, FoldsLettersOnly) { EXPECT_EQ(Folded("88.ab-Ö"), "88.AB-Ö"); }

}  // namespace
}  // namespace idnode::handle
