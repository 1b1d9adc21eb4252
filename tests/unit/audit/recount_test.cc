#include "audit/recount.h"

#include <gtest/gtest.h>

#include "ledger/log.h"
#include "ledger/rows.h"
#include "ledger/sealed.h"
#include "sample_log.h"
#include "store/memory/memory_engine.h"
#include "tampering.h"

namespace idnode::audit {
namespace {

using ledger::Channel;
using ledger::ChannelTotals;
using ledger::Leaf;
using ledger::Seq;
using store::Family;

class RecountTest : public testing::Test {
 protected:
  void SetUp() override { MakeSampleLog(engine_); }

  Recounted Run(const RecountOptions& options = {}) {
    auto recounted = Recount(engine_, options);
    if (!recounted.ok()) throw std::runtime_error(recounted.error().what);
    return std::move(recounted).value();
  }

  using Said = std::vector<std::string>;

  static Said InWords(const Recounted& recounted) {
    Said said;
    for (const Difference& difference : recounted.differences) {
      ExpectChinese(difference.what);
      said.push_back(audit::InWords(difference));
    }
    return said;
  }

  // What is said with a row of counts changed.
  Said SaidWith(const std::string& key, const std::string& value) {
    disk_.Of(Family::kCounts)[key] = value;
    return InWords(Run());
  }
  Said SaidWithout(Family family, const std::string& key) {
    EXPECT_EQ(disk_.Of(family).erase(key), 1U);
    return InWords(Run());
  }

  void ChangeLeaf(Seq seq, const std::function<void(Leaf&)>& change) {
    Leaf leaf = ledger::ReadLeaf(engine_, seq).value();
    change(leaf);
    std::string octets = ledger::EncodeLeaf(leaf);
    ledger::Seal(octets);
    disk_.Of(Family::kLeaf)[ledger::SeqKey(seq)] = octets;
  }

  ChannelTotals DayOf(const std::string& key) {
    return ledger::DecodeDay(disk_.Of(Family::kCounts).at(key)).value();
  }

  store::MemoryDisk disk_;
  store::MemoryEngine engine_{disk_};
  const Day first_day_ = Day::Of(kStartMs);
};

TEST_F(RecountTest, CountsNothingInAnEmptyStore) {
  store::MemoryDisk disk;
  const store::MemoryEngine engine(disk);
  const auto recounted = Recount(engine, {});
  ASSERT_TRUE(recounted.ok());
  EXPECT_TRUE(recounted.value().equal());
  EXPECT_EQ(recounted.value().total, ledger::Totals{});
}

TEST_F(RecountTest, CountsWhatHappened) {
  const Recounted recounted = Run();
  EXPECT_EQ(InWords(recounted), Said{});
  EXPECT_TRUE(recounted.equal());
  EXPECT_EQ(recounted.entries, ledger::ReadHead(engine_).value().seq());
  EXPECT_EQ(recounted.prefixes, 3U);
  EXPECT_EQ(recounted.total.created, 8U + 8U + 2U + 1U);
  EXPECT_EQ(recounted.total.recreated, 1U);
  EXPECT_EQ(recounted.total.updated, 4U);
  EXPECT_EQ(recounted.total.deleted, 3U);
}

TEST_F(RecountTest, NamesPrefixDayAndChannelOfAWrongRow) {
  const std::string key = ledger::DayKey("88.118.1", first_day_);
  ChannelTotals totals = DayOf(key);
  ++totals[Channel::kHandle].created;
  totals[Channel::kHandle].deleted += 2;
  EXPECT_EQ(SaidWith(key, ledger::EncodeDay(totals)),
            Said{"counts 88.118.1 2026-03-01: handle: says 2 created, 0 re-created, 0 updated, 2 "
                 "deleted; counted: 1 created, 0 re-created, 0 updated, 0 deleted"});
}

TEST_F(RecountTest, NamesAWrongRowOfTheLastDay) {
  const std::string key = ledger::DayKey("88.118.1", first_day_ + 32);
  ChannelTotals totals = DayOf(key);
  --totals[Channel::kHttp].updated;
  EXPECT_EQ(SaidWith(key, ledger::EncodeDay(totals)),
            Said{"counts 88.118.1 2026-04-02: http: says 1 created, 0 re-created, 0 updated, 1 "
                 "deleted; counted: 1 created, 0 re-created, 1 updated, 1 deleted"});
}

TEST_F(RecountTest, NamesAWrongTip) {
  const std::string key = ledger::TipKey("88.118.2");
  ledger::Tip tip = ledger::DecodeTip(disk_.Of(Family::kCounts).at(key)).value();
  ++tip.seq;
  EXPECT_EQ(SaidWith(key, ledger::EncodeTip(tip)),
            Said{"counts 88.118.2 tip: says that its last is entry 19; it is entry 18"});
  ++tip.totals[Channel::kGrpc].created;
  EXPECT_EQ(SaidWith(key, ledger::EncodeTip(tip)),
            Said{"counts 88.118.2 tip: grpc: says 3 created, 0 re-created, 0 updated, 0 deleted; "
                 "counted: 2 created, 0 re-created, 0 updated, 0 deleted"});
}

TEST_F(RecountTest, NamesAMissingRow) {
  EXPECT_EQ(SaidWithout(Family::kCounts, ledger::DayKey("88.118.2", first_day_)),
            Said{"counts 88.118.2 2026-03-01: missing: the log has entries of that day"});
}

TEST_F(RecountTest, NamesAMissingTip) {
  EXPECT_EQ(SaidWithout(Family::kCounts, ledger::TipKey("88.118.3")),
            Said{"counts 88.118.3 tip: missing: the log has entries of it"});
}

TEST_F(RecountTest, NamesARowTooMany) {
  // A day without entries whose numbers are those of the day before: no period shows it.
  const ChannelTotals totals = DayOf(ledger::DayKey("88.118.1", first_day_));
  EXPECT_EQ(SaidWith(ledger::DayKey("88.118.1", first_day_ + 1), ledger::EncodeDay(totals)),
            Said{"counts 88.118.1 2026-03-02: no entry makes such a row"});
}

TEST_F(RecountTest, NamesATipTooMany) {
  EXPECT_EQ(SaidWith(ledger::TipKey("88.118.9"), ledger::EncodeTip({})),
            Said{"counts 88.118.9 tip: no entry makes such a row"});
}

TEST_F(RecountTest, NamesARowThatCannotBeRead) {
  const std::string key = ledger::DayKey("88.118.2", first_day_);
  std::string value = disk_.Of(Family::kCounts).at(key);
  value[3] ^= 1;
  EXPECT_EQ(SaidWith(key, value),
            Said{"counts 88.118.2 2026-03-01: cannot be read: checksum of a stored value"});
}

TEST_F(RecountTest, NamesRunningTotalsWhereTheyGoWrong) {
  for (const Seq seq : {Seq{5}, Seq{7}}) {
    ChangeLeaf(seq, [](Leaf& leaf) { ++leaf.totals.created; });
  }
  const auto said = InWords(Run());
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(said.front(),
            "leaf 5: its running totals say 3 created, 0 re-created, 0 updated, 0 deleted; "
            "counted: 2 created, 0 re-created, 0 updated, 0 deleted");
  for (const std::string& one : said) EXPECT_NE(one.find("running totals"), std::string::npos);
}

TEST_F(RecountTest, NoticesAnEntryOfAnotherKind) {
  ChangeLeaf(5, [](Leaf& leaf) { leaf.kind = ledger::EntryKind::kUpdated; });
  EXPECT_FALSE(Run().equal());
}

TEST_F(RecountTest, NoticesAnEntryOfAnotherDay) {
  ChangeLeaf(5, [](Leaf& leaf) { leaf.time_ms -= kDayMs; });
  EXPECT_FALSE(Run().equal());
}

TEST_F(RecountTest, NoticesAnEntryOfAnotherChannel) {
  ChangeLeaf(5, [](Leaf& leaf) { leaf.channel = Channel::kImport; });
  EXPECT_FALSE(Run().equal());
}

TEST_F(RecountTest, NoticesAMissingEntry) {
  EXPECT_EQ(SaidWithout(Family::kLeaf, ledger::SeqKey(0)).front(), "leaf 0: missing");
}

TEST_F(RecountTest, NoticesAShorterLog) {
  const Seq last = ledger::ReadHead(engine_).value().seq() - 1;
  const auto said = SaidWithout(Family::kLeaf, ledger::SeqKey(last));
  EXPECT_EQ(said.front(), "meta head: counts " + std::to_string(last + 1) +
                              " entries, the log has " + std::to_string(last));
}

TEST_F(RecountTest, CountsOnWithoutAHeadAndSaysSo) {
  disk_.Of(Family::kMeta).begin()->second.back() ^= 1;
  const Recounted recounted = Run();
  EXPECT_EQ(InWords(recounted), Said{"meta head: cannot be read: where the log ends is not known"});
  EXPECT_EQ(recounted.total.deleted, 3U);
}

TEST_F(RecountTest, PutsTheFirstDifferencesIntoWordsAndCountsTheRest) {
  for (auto& [key, value] : disk_.Of(Family::kCounts)) value.back() ^= 1;
  const Recounted recounted = Run({.differences = 2});
  EXPECT_EQ(recounted.differences.size(), 2U);
  EXPECT_EQ(recounted.difference_count, disk_.Of(Family::kCounts).size());
}

// Keys have no checksum: what was damaged is told all the same, in octets that can be shown.
TEST_F(RecountTest, NamesAKeyThatIsNoText) {
  EXPECT_EQ(SaidWith(ledger::TipKey("88.118\xff"), ledger::EncodeTip({})),
            Said{"counts 7438382e313138ff: no entry makes such a row"});
}

TEST_F(RecountTest, EndsWhenToldTo) {
  const ManualClock clock(kStartMs + 40 * kDayMs);
  LogWriter log(engine_, clock);
  for (int i = 0; i < 300; ++i) log.Do(ledger::Creates("88.118.1/More-" + std::to_string(i)));
  const auto recounted = Recount(engine_, {.progress = [](std::uint64_t done, std::uint64_t total) {
                                   EXPECT_EQ(done, 256U);
                                   EXPECT_GT(total, 300U);
                                   return false;
                                 }});
  ASSERT_FALSE(recounted.ok());
  EXPECT_STREQ(recounted.error().what, kCancelled.what);
}

// Behind the last entry there is the view to be read, which may be long, too.
TEST(Recount, ATaskThatNobodyWantsAnyMoreEndsInTheView) {
  store::MemoryDisk disk;
  store::MemoryEngine engine(disk);
  const ManualClock clock(kStartMs);
  LogWriter log(engine, clock, nullptr);
  for (int i = 0; i < 300; ++i) log.Do(ledger::Creates("88." + std::to_string(i) + "/x"));
  const auto recounted =
      Recount(engine, {.progress = [](std::uint64_t done, std::uint64_t) { return done < 300; }});
  ASSERT_FALSE(recounted.ok());
  EXPECT_STREQ(recounted.error().what, kCancelled.what);
}

}  // namespace
}  // namespace idnode::audit
