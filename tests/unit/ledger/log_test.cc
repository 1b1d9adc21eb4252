#include "ledger/log.h"

#include <gtest/gtest.h>

#include "fixture.h"
#include "octets.h"

namespace idnode::ledger {
namespace {

using store::Family;

class LogTest : public testing::Test {
 protected:
  LogTest() {
    for (int i = 0; i < 5; ++i) ledger_.Commit(Creates("88.118/" + std::to_string(i)));
    ledger_.Stop();
  }

  std::string& Stored(Family family, Seq seq) { return ledger_.disk.Of(family).at(SeqKey(seq)); }

  MemoryLedger ledger_;
  store::MemoryEngine engine_{ledger_.disk};
};

TEST_F(LogTest, IsReadFromACursorAndEndsWhereItEnds) {
  for (Seq cursor = 0; cursor <= 7; ++cursor) {
    for (std::size_t limit = 0; limit <= 7; ++limit) {
      const auto rows = ReadLog(engine_, cursor, limit, LogView::kLeaf);
      ASSERT_TRUE(rows.ok());
      const std::size_t left = cursor < 5 ? 5 - cursor : 0;
      ASSERT_EQ(rows.value().size(), std::min(left, limit)) << cursor << ' ' << limit;
      for (std::size_t i = 0; i < rows.value().size(); ++i) {
        EXPECT_EQ(rows.value()[i].seq, cursor + i);
        EXPECT_EQ(DecodeLeaf(rows.value()[i].leaf).value().seq, cursor + i);
        EXPECT_TRUE(rows.value()[i].payload.empty()) << "private";
      }
    }
  }
}

TEST_F(LogTest, ShowsPayloadsToWhoMaySeeThem) {
  Stored(Family::kPayload, 3);
  ledger_.disk.Of(Family::kPayload).erase(SeqKey(3));
  const auto rows = ReadLog(engine_, 0, 10, LogView::kPayload);
  ASSERT_TRUE(rows.ok()) << rows.error().what;
  ASSERT_EQ(rows.value().size(), 5U);
  EXPECT_EQ(DecodePayload(rows.value()[2].payload).value().identifier, "88.118/2");
  EXPECT_EQ(Commitment(rows.value()[2].payload),
            DecodeLeaf(rows.value()[2].leaf).value().commitment);
  EXPECT_TRUE(rows.value()[3].payload.empty()) << "erased is no error";
}

TEST_F(LogTest, NamesWhatIsDamagedAndWhere) {
  Stored(Family::kPayload, 4)[20] ^= 1;
  const auto payload = ReadLog(engine_, 1, 10, LogView::kPayload);
  ExpectRefused({"payload", "", Errc::kCorrupt, 4}, payload);
  EXPECT_STREQ(payload.error().what, "payload");
  EXPECT_TRUE(ReadLog(engine_, 1, 10, LogView::kLeaf).ok());
  ExpectRefused({"payload", "", Errc::kCorrupt, 4}, ReadEntry(engine_, 4));
  EXPECT_TRUE(ReadLeaf(engine_, 4).ok());

  Stored(Family::kLeaf, 2)[20] ^= 1;
  const auto leaf = ReadLog(engine_, 1, 10, LogView::kLeaf);
  ExpectRefused({"leaf", "", Errc::kCorrupt, 2}, leaf);
  EXPECT_STREQ(leaf.error().what, "leaf");
  ExpectRefused({"leaf", "", Errc::kCorrupt, 2}, ReadLeaf(engine_, 2));
  ExpectRefused({"leaf", "", Errc::kCorrupt, 2}, ReadEntry(engine_, 2));
}

TEST_F(LogTest, NoticesAHole) {
  ledger_.disk.Of(Family::kLeaf).erase(SeqKey(2));
  const auto hole = ReadLog(engine_, 0, 10, LogView::kLeaf);
  ExpectRefused({"hole", "", Errc::kCorrupt, 2}, hole);
  EXPECT_STREQ(hole.error().what, "leaf missing");
  ExpectRefused({"right at the cursor", "", Errc::kCorrupt, 2},
                ReadLog(engine_, 2, 1, LogView::kLeaf));
  EXPECT_TRUE(ReadLog(engine_, 3, 10, LogView::kLeaf).ok());
}

TEST_F(LogTest, ALogThatEndsBeforeItsHeadIsNoEnd) {
  for (Seq last = 4; last >= 3; --last) {
    ledger_.disk.Of(Family::kLeaf).erase(SeqKey(last));
    for (Seq cursor = 0; cursor < 5; ++cursor) {
      const auto rest = ReadLog(engine_, cursor, 10, LogView::kLeaf);
      const auto missing = static_cast<std::uint32_t>(std::max(last, cursor));
      ExpectRefused({"rest", "", Errc::kCorrupt, missing}, rest);
      EXPECT_STREQ(rest.error().what, "leaf missing");
    }
    EXPECT_EQ(ReadLog(engine_, 0, last, LogView::kLeaf).value().size(), last)
        << "it is not reached";
  }
}

TEST_F(LogTest, ReadsOneEntry) {
  const auto entry = ReadEntry(engine_, 3);
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(entry.value().leaf.seq, 3U);
  EXPECT_EQ(entry.value().payload.identifier, "88.118/3");
  EXPECT_EQ(ReadEntry(engine_, 5).error().code, Errc::kNotFound);
  EXPECT_EQ(ReadLeaf(engine_, 5).error().code, Errc::kNotFound);
  ledger_.disk.Of(Family::kPayload).erase(SeqKey(3));
  ASSERT_TRUE(ReadEntry(engine_, 3).ok());
  EXPECT_EQ(ReadEntry(engine_, 3).value().payload, Payload{});
}

TEST_F(LogTest, TheHeadComesWithItsOctets) {
  const auto stored = ReadStoredHead(engine_);
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored.value().octets, engine_.Head().value());
  EXPECT_EQ(stored.value().head.seq(), 5U);
  EXPECT_EQ(ReadHead(engine_).value(), stored.value().head);

  store::MemoryDisk empty;
  const store::MemoryEngine none(empty);
  EXPECT_EQ(ReadStoredHead(none).value().octets, "");
  EXPECT_EQ(ReadHead(none).value(), Head{});
}

TEST_F(LogTest, EveryLogHasAnIdOfItsOwn) {
  const auto id = ReadLogId(engine_);
  ASSERT_TRUE(id.ok());
  MemoryLedger other;
  EXPECT_EQ(ReadLogId(*other.engine).error().code, Errc::kNotFound);
  other.Commit(Creates("88.118/0"));
  EXPECT_NE(ReadLogId(*other.engine).value(), id.value()) << "though its first entry says the same";
  const Hash before = ReadLogId(*other.engine).value();
  other.Commit(Creates("88.118/1"));
  EXPECT_EQ(ReadLogId(*other.engine).value(), before);
  Stored(Family::kLeaf, 0)[3] ^= 1;
  ExpectRefused({"damaged", "", Errc::kCorrupt, 0}, ReadLogId(engine_));
}

}  // namespace
}  // namespace idnode::ledger
