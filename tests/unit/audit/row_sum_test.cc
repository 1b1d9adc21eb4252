#include "audit/row_sum.h"

#include <gtest/gtest.h>

#include <string>

namespace idnode::audit {
namespace {

using store::Family;

TEST(RowSumTest, IsOfNoneWhenEveryRowWasRemovedInWhateverOrder) {
  RowSum sum;
  EXPECT_TRUE(sum.IsOfNone());
  for (int i = 0; i < 100; ++i) sum.Add(Family::kRecords, std::to_string(i), "value");
  for (int i = 99; i >= 0; --i) {
    EXPECT_FALSE(sum.IsOfNone());
    sum.Remove(Family::kRecords, std::to_string(i), "value");
  }
  EXPECT_TRUE(sum.IsOfNone());
}

TEST(RowSumTest, TellsFamilyKeyAndValueApart) {
  struct Case {
    Family family;
    const char* key;
    const char* value;
  };
  for (const Case& other : {Case{Family::kControl, "ab", "cd"}, Case{Family::kRecords, "abc", "d"},
                            Case{Family::kRecords, "a", "bcd"}, Case{Family::kRecords, "ab", "ce"},
                            Case{Family::kRecords, "ab", ""}}) {
    RowSum sum;
    sum.Add(Family::kRecords, "ab", "cd");
    sum.Remove(other.family, other.key, other.value);
    EXPECT_FALSE(sum.IsOfNone()) << other.key << " " << other.value;
  }
}

TEST(RowSumTest, CountsARowAsOftenAsItIsThere) {
  RowSum sum;
  sum.Add(Family::kRecords, "a", "b");
  sum.Add(Family::kRecords, "a", "b");
  sum.Remove(Family::kRecords, "a", "b");
  EXPECT_FALSE(sum.IsOfNone());
}

}  // namespace
}  // namespace idnode::audit
