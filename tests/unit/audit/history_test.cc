#include "audit/history.h"

#include <gtest/gtest.h>

#include "ledger/log.h"
#include "ledger/rows.h"
#include "ledger/sealed.h"
#include "sample_log.h"
#include "store/memory/memory_engine.h"

namespace idnode::audit {
namespace {

using ledger::EntryKind;
using ledger::Leaf;
using ledger::Seq;
using ledger::Subject;
using store::Family;

class HistoryTest : public testing::Test {
 protected:
  void SetUp() override { MakeSampleLog(engine_); }

  History Read(const Subject& subject, std::optional<Seq> before = {}, std::size_t limit = 100) {
    auto history = ReadHistory(engine_, subject, before, limit);
    if (!history.ok()) throw std::runtime_error(history.error().what);
    return std::move(history).value();
  }

  static std::vector<EntryKind> KindsOf(const History& history) {
    std::vector<EntryKind> kinds;
    for (const ledger::Entry& entry : history.entries) kinds.push_back(entry.leaf.kind);
    return kinds;
  }

  Errc Refusal(const Subject& subject, std::optional<Seq> before = {}) {
    const auto history = ReadHistory(engine_, subject, before, 100);
    EXPECT_FALSE(history.ok());
    return history.error().code;
  }

  void ChangeLeaf(Seq seq, const std::function<void(Leaf&)>& change) {
    Leaf leaf = ledger::ReadLeaf(engine_, seq).value();
    change(leaf);
    std::string octets = ledger::EncodeLeaf(leaf);
    ledger::Seal(octets);
    disk_.Of(Family::kLeaf)[ledger::SeqKey(seq)] = octets;
  }

  static Subject Record(const std::string& key) { return {Family::kRecords, key}; }

  const Subject often_ = Record("88.118.1/PART-0");
  store::MemoryDisk disk_;
  store::MemoryEngine engine_{disk_};
};

TEST_F(HistoryTest, GoesFromTheNewestEntryToTheFirst) {
  const History history = Read(Record("88.118.1/PART-1"));
  EXPECT_EQ(KindsOf(history),
            (std::vector{EntryKind::kRecreated, EntryKind::kDeleted, EntryKind::kCreated}));
  EXPECT_FALSE(history.more);
  for (const ledger::Entry& entry : history.entries) {
    EXPECT_EQ(entry.payload.identifier, "88.118.1/Part-1");
  }
}

TEST_F(HistoryTest, IsThereForWhatIsDeleted) {
  EXPECT_EQ(KindsOf(Read(Record("88.118.1/PART-2"))),
            (std::vector{EntryKind::kDeleted, EntryKind::kCreated}));
}

TEST_F(HistoryTest, IsThereForControlObjects) {
  EXPECT_EQ(KindsOf(Read({Family::kControl, "ttokenid8"})),
            (std::vector{EntryKind::kTokenRevoked, EntryKind::kTokenPut}));
}

TEST_F(HistoryTest, ComesInPages) {
  const History all = Read(often_);
  ASSERT_EQ(all.entries.size(), 4U);
  std::vector<Seq> seqs;
  std::optional<Seq> before;
  for (bool more = true; more;) {
    const History page = Read(often_, before, 1);
    ASSERT_EQ(page.entries.size(), 1U);
    seqs.push_back(page.entries.front().leaf.seq);
    before = seqs.back();
    more = page.more;
  }
  for (std::size_t i = 0; i < seqs.size(); ++i) EXPECT_EQ(seqs[i], all.entries.at(i).leaf.seq);
  EXPECT_EQ(seqs.size(), 4U);
  EXPECT_TRUE(Read(often_, before).entries.empty());
}

TEST_F(HistoryTest, EndsAPageThatHasEnoughOctets) {
  const ManualClock clock(kStartMs + 40 * kDayMs);
  LogWriter log(engine_, clock);
  const std::string values = ledger::ValuesOf(std::string(kHistoryOctets / 3, 'x'));
  for (int i = 0; i < 5; ++i) log.Do(ledger::Updates("88.118.1/Part-0", values));
  const History history = Read(often_);
  EXPECT_EQ(history.entries.size(), 3U);
  EXPECT_TRUE(history.more);
}

TEST_F(HistoryTest, RefusesWhatNeverWas) {
  EXPECT_EQ(Refusal(Record("88.118.1/NEVER")), Errc::kNotFound);
}

TEST_F(HistoryTest, RefusesToGoOnFromAnEntryOfSomethingElse) {
  const Seq other = Read(Record("88.118.1/PART-5")).entries.front().leaf.seq;
  EXPECT_EQ(Refusal(often_, other), Errc::kNotFound);
  EXPECT_EQ(Refusal(often_, Seq{1} << 40), Errc::kNotFound);
  EXPECT_EQ(Refusal(often_, ledger::kNoSeq), Errc::kNotFound);
}

TEST_F(HistoryTest, PassesOverAnErasedPayload) {
  const Seq erased = Read(often_).entries.at(1).leaf.seq;
  disk_.Of(Family::kPayload).erase(ledger::SeqKey(erased));
  const History history = Read(often_);
  EXPECT_EQ(history.entries.size(), 4U);
  EXPECT_EQ(history.entries.at(1).payload, ledger::Payload{});
  EXPECT_EQ(Read(often_, erased).entries.size(), 2U);
  EXPECT_EQ(Refusal(Record("88.118.1/PART-5"), erased), Errc::kNotFound);
}

TEST_F(HistoryTest, EndsWhereAChainDoesNotHold) {
  const History history = Read(often_);
  const Seq last = history.entries.front().leaf.seq;
  const Seq other = Read(Record("88.118.1/PART-5")).entries.front().leaf.seq;
  for (const Seq prev : {last, last + 1, Seq{1} << 40, other}) {
    ChangeLeaf(last, [&](Leaf& leaf) { leaf.prev = prev; });
    EXPECT_EQ(Refusal(often_), Errc::kCorrupt);
  }
  ChangeLeaf(last, [&](Leaf& leaf) { leaf.prev = last + 1; });
  EXPECT_EQ(Refusal(often_, last), Errc::kCorrupt);
  disk_.Of(Family::kLeaf).erase(ledger::SeqKey(history.entries.at(1).leaf.seq));
  EXPECT_EQ(Refusal(often_), Errc::kCorrupt);
}

}  // namespace
}  // namespace idnode::audit
