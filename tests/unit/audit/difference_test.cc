#include "audit/difference.h"

#include <gtest/gtest.h>

#include "base/day.h"
#include "ledger/rows.h"

namespace idnode::audit {
namespace {

using store::Family;

TEST(DifferenceTest, WritesKeysAsPeopleDo) {
  EXPECT_EQ(KeyInWords(Family::kLeaf, ledger::SeqKey(17)), "17");
  EXPECT_EQ(KeyInWords(Family::kPayload, "short"), "73686f7274");
  EXPECT_EQ(KeyInWords(Family::kRecords, "88.118.1/螺栓"), "88.118.1/螺栓");
  EXPECT_EQ(KeyInWords(Family::kRecords, std::string_view("a\nb", 3)), "610a62");
  EXPECT_EQ(KeyInWords(Family::kCounts, ledger::TipKey("88.118.1")), "88.118.1 tip");
  EXPECT_EQ(KeyInWords(Family::kCounts, ledger::TipKey("")), "control objects tip");
  EXPECT_EQ(KeyInWords(Family::kCounts, ledger::DayKey("88.118.1", Day::Of(0))),
            "88.118.1 1970-01-01");
  EXPECT_EQ(KeyInWords(Family::kCounts, "x"), "78");
  EXPECT_EQ(KeyInWords(Family::kMeta, store::kHeadKey), "head");
  EXPECT_EQ(KeyInWords(Family::kRequests, "\1a"), "0161");
}

TEST(FindingsTest, KeepsTheFirstAndCountsTheRest) {
  Findings findings(2);
  for (ledger::Seq seq = 0; seq < 5; ++seq) findings.AddEntry(Family::kLeaf, seq, "wrong");
  EXPECT_EQ(findings.count(), 5U);
  ASSERT_EQ(findings.differences().size(), 2U);
  EXPECT_EQ(InWords(findings.differences().back()), "leaf 1: wrong");
}

TEST(FindingsTest, CountsARowOnce) {
  Findings findings(10);
  findings.Add(Family::kRecords, "a", "first");
  findings.Add(Family::kRecords, "a", "second");
  findings.Add(Family::kControl, "a", "another row");
  EXPECT_EQ(findings.count(), 2U);
  EXPECT_EQ(findings.differences().front().what, "first");
}

}  // namespace
}  // namespace idnode::audit
