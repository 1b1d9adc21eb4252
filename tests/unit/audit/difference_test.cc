#include "audit/difference.h"

#include <gtest/gtest.h>

#include "base/day.h"
#include "ledger/rows.h"

namespace idnode::audit {
namespace {

using store::Family;

std::string Named(Family family, std::string_view key) { return KeyInWords(family, key).english; }

Text Said(const std::string& text) { return text; }

TEST(DifferenceTest, WritesKeysAsPeopleDo) {
  EXPECT_EQ(Named(Family::kLeaf, ledger::SeqKey(17)), "17");
  EXPECT_EQ(Named(Family::kPayload, "short"), "73686f7274");
  EXPECT_EQ(Named(Family::kRecords, "88.118.1/螺栓"), "88.118.1/螺栓");
  EXPECT_EQ(Named(Family::kRecords, std::string_view("a\nb", 3)), "610a62");
  EXPECT_EQ(Named(Family::kCounts, ledger::TipKey("88.118.1")), "88.118.1 tip");
  EXPECT_EQ(Named(Family::kCounts, ledger::TipKey("")), "control objects tip");
  EXPECT_EQ(Named(Family::kCounts, ledger::DayKey("88.118.1", Day::Of(0))), "88.118.1 1970-01-01");
  EXPECT_EQ(Named(Family::kCounts, "x"), "78");
  EXPECT_EQ(Named(Family::kMeta, store::kHeadKey), "head");
  EXPECT_EQ(Named(Family::kRequests, "\1a"), "0161");
  EXPECT_EQ(Named(Family::kRecords, "88.118.1/\xff"), "38382e3131382e312fff");
  EXPECT_EQ(Named(Family::kCounts, ledger::TipKey("88.118\xff")), "7438382e313138ff");
  EXPECT_EQ(KeyInWords(Family::kCounts, ledger::TipKey("")).chinese, "控制对象 当前累计");
}

TEST(DifferenceTest, NamesTheChannelsThatDiffer) {
  ledger::ChannelTotals says;
  says[ledger::Channel::kGrpc].created = 3;
  ledger::ChannelTotals counted = says;
  counted[ledger::Channel::kHttp].deleted = 1;
  counted[ledger::Channel::kStream].updated = 2;
  const Text text = Unlike(says, counted);
  EXPECT_EQ(text.english,
            "stream: says 0 created, 0 re-created, 0 updated, 0 deleted; counted: "
            "0 created, 0 re-created, 2 updated, 0 deleted; "
            "http: says 0 created, 0 re-created, 0 updated, 0 deleted; counted: "
            "0 created, 0 re-created, 0 updated, 1 deleted");
  EXPECT_EQ(
      text.chinese,
      "stream：记为新增 0、重新注册 0、更新 0、删除 0；实际计得新增 0、重新注册 0、更新 2、删除 0；"
      "http：记为新增 0、重新注册 0、更新 0、删除 0；实际计得新增 0、重新注册 0、更新 0、删除 1");
}

TEST(FindingsTest, KeepsTheFirstAndCountsTheRest) {
  Findings findings(2);
  for (ledger::Seq seq = 0; seq < 5; ++seq) findings.AddEntry(Family::kLeaf, seq, Said("wrong"));
  EXPECT_EQ(findings.count(), 5U);
  ASSERT_EQ(findings.differences().size(), 2U);
  EXPECT_EQ(findings.differences().back().key, ledger::SeqKey(1));
}

TEST(FindingsTest, CountsARowOnce) {
  Findings findings(10);
  findings.Add(Family::kRecords, "a", Said("first"));
  findings.Add(Family::kRecords, "a", Said("second"));
  findings.Add(Family::kControl, "a", Said("another row"));
  EXPECT_EQ(findings.count(), 2U);
  EXPECT_EQ(findings.differences().front().what, Said("first"));
}

}  // namespace
}  // namespace idnode::audit
