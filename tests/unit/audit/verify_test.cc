#include "audit/verify.h"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <limits>
#include <optional>
#include <utility>

#include "handle/value.h"
#include "ledger/log.h"
#include "ledger/request_memory.h"
#include "ledger/rows.h"
#include "ledger/sealed.h"
#include "sample_log.h"
#include "store/memory/memory_engine.h"
#include "tampering.h"

namespace idnode::audit {
namespace {

using ledger::Change;
using ledger::EntryKind;
using ledger::Leaf;
using ledger::Seq;
using store::Family;

// A request that gets the committer to write whatever it likes: what a node could do whose program
// was changed.
class Forgery final : public ledger::Request {
 public:
  Forgery(Change change, std::function<void()> done)
      : Request({.actor = std::string(1, ledger::kActorNode), .id = ledger::NewRequestId()}),
        change_(std::move(change)),
        done_(std::move(done)) {}

  Result<Change> Decide(const ledger::Overlay&, const ledger::Moment&) override { return change_; }
  ledger::Hash DigestAt(std::int64_t) const override { return {}; }
  void Done(const ledger::Answer&) noexcept override { done_(); }

 private:
  const Change change_;
  const std::function<void()> done_;
};

class VerifyTest : public testing::Test {
 protected:
  Verification Run(const VerifyOptions& options = {}) { return Verified(engine_, options); }

  void Forge(Change change) {
    const ManualClock clock(kStartMs + 40 * kDayMs);
    const auto committer = ledger::Committer::Start(engine_, clock, nullptr, {}, {}).value();
    std::promise<void> done;
    committer->Submit(std::make_unique<Forgery>(std::move(change), [&done] { done.set_value(); }));
    done.get_future().wait();
  }

  std::string& Value(Family family, const std::string& key) { return disk_.Of(family).at(key); }

  // Writes a leaf anew, with a right checksum.
  void ChangeLeaf(Seq seq, const std::function<void(Leaf&)>& change) {
    Leaf leaf = ledger::ReadLeaf(engine_, seq).value();
    change(leaf);
    std::string octets = ledger::EncodeLeaf(leaf);
    ledger::Seal(octets);
    Value(Family::kLeaf, ledger::SeqKey(seq)) = octets;
  }

  // What is said of a row; empty: nothing.
  std::string SaidOf(Family family, const std::string& key) {
    for (const Difference& difference : Run().differences) {
      if (difference.family == family && difference.key == key) return difference.what.english;
    }
    return {};
  }
  std::string SaidOfLeaf(Seq seq) { return SaidOf(Family::kLeaf, ledger::SeqKey(seq)); }

  Seq LastSeq() { return ledger::ReadHead(engine_).value().seq() - 1; }

  store::MemoryDisk disk_;
  store::MemoryEngine engine_{disk_};
};

std::string StateWith(std::uint8_t flags) {
  return ledger::EncodeRecordState({.flags = flags, .values = std::string_view("\0\0\0\0", 4)});
}

TEST_F(VerifyTest, FindsNothingWrongWithAnEmptyStore) {
  const Verification found = Run();
  EXPECT_TRUE(found.ok()) << Show(found);
  EXPECT_EQ(found.entries, 0U);
  EXPECT_EQ(found.root, ledger::CompactRange().Root());
}

TEST_F(VerifyTest, FindsNothingWrongWithWhatTheCommitterWrote) {
  MakeSampleLog(engine_);
  const Verification found = Run();
  EXPECT_TRUE(found.ok()) << Show(found);
  const ledger::Head head = ledger::ReadHead(engine_).value();
  EXPECT_EQ(found.entries, head.seq());
  EXPECT_EQ(found.root, head.tree.Root());
  std::size_t rows = 0;
  for (const auto& table : disk_.tables) rows += table.size();
  EXPECT_EQ(found.rows, rows);

  // The sample holds what the other tests rely on.
  EXPECT_GT(head.lag_ms, 0);
  const Seq forgotten = ledger::RequestMemory::ReadProgress(engine_).value();
  EXPECT_GT(forgotten, 0U);
  EXPECT_FALSE(
      ledger::IsRemembered(ledger::ReadLeaf(engine_, forgotten).value().time_ms, head.time_ms));
}

TEST_F(VerifyTest, FindsNothingWrongWithALogOfManyPages) {
  const ManualClock clock(kStartMs);
  LogWriter log(engine_, clock);
  for (int i = 0; i < 700; ++i) {
    const std::string identifier = "88.118." + std::to_string(i % 9) + "/" + std::to_string(i);
    log.Do(ledger::Creates(identifier));
    if (i % 3 == 0) log.Do(ledger::Updates(identifier));
  }
  std::uint64_t last = 0;
  const Verification found = Run({.progress = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_GT(done, last);
    EXPECT_LE(done, total);
    last = done;
    return true;
  }});
  EXPECT_TRUE(found.ok()) << Show(found);
  EXPECT_GT(last, found.rows - 600);
}

TEST_F(VerifyTest, EndsWhenToldTo) {
  MakeSampleLog(engine_);
  const ManualClock clock(kStartMs + 40 * kDayMs);
  LogWriter log(engine_, clock);
  for (int i = 0; i < 200; ++i) log.Do(ledger::Creates("88.118.1/More-" + std::to_string(i)));
  int calls = 0;
  const auto verified = Verify(engine_, {.progress = [&](std::uint64_t, std::uint64_t) {
                                 ++calls;
                                 return false;
                               }});
  ASSERT_FALSE(verified.ok());
  EXPECT_STREQ(verified.error().what, kCancelled.what);
  EXPECT_EQ(calls, 1);
}

TEST_F(VerifyTest, NamesTheFirstDifferencesAndCountsTheRest) {
  MakeSampleLog(engine_);
  for (auto& [key, value] : disk_.Of(Family::kRecords)) value.back() ^= 1;
  const Verification found = Run({.differences = 3});
  EXPECT_EQ(found.difference_count, disk_.Of(Family::kRecords).size());
  ASSERT_EQ(found.differences.size(), 3U);
  EXPECT_EQ(InWords(found.differences.front()),
            "records 88.118.1/PART-0: cannot be read: checksum of a stored value");
}

TEST_F(VerifyTest, ReportsASnapshotThatHasEnded) {
  MakeSampleLog(engine_);
  const auto snapshot = engine_.TakeSnapshot();
  ASSERT_TRUE(engine_.Reopen().ok());
  const auto verified = Verify(*snapshot.value(), {});
  ASSERT_FALSE(verified.ok());
  EXPECT_EQ(verified.error().code, Errc::kUnavailable);
}

TEST_F(VerifyTest, HoldsTheLogAgainstItsMark) {
  MakeSampleLog(engine_);
  EXPECT_TRUE(Run({.mark = LastSeq() + 1}).ok());
  EXPECT_TRUE(Run({.mark = LastSeq()}).ok());  // the mark may be late
  EXPECT_TRUE(Names(Run({.mark = LastSeq() + 2}), Family::kMeta, store::kHeadKey));
}

// Of the sample's request ids some were used again, so its requests are always looked at one by
// one. Here they are not, as usual.
TEST_F(VerifyTest, NoticesEveryChangeOfRequestsWhoseIdsAreAllDifferent) {
  {
    const ManualClock clock(kStartMs);
    LogWriter log(engine_, clock);
    for (int i = 0; i < 10; ++i) log.Do(ledger::Creates("88.118.1/" + std::to_string(i)));
  }
  ASSERT_TRUE(Run().ok());
  auto& rows = disk_.Of(Family::kRequests);
  const auto [key, value] = *std::next(rows.begin(), 4);

  rows.at(key) = std::next(rows.begin(), 5)->second;
  EXPECT_TRUE(Names(Run(), Family::kRequests, key));
  rows.erase(key);
  EXPECT_EQ(SaidOf(Family::kRequests, key), "missing: entry 4 makes it");
  rows.emplace(key + "x", value);
  EXPECT_TRUE(Names(Run(), Family::kRequests, key));
  EXPECT_TRUE(Names(Run(), Family::kRequests, key + "x"));
  rows.emplace(key, value);
  EXPECT_EQ(Run().difference_count, 1U);
  rows.erase(key + "x");
  EXPECT_TRUE(Run().ok());
}

// Then a repeat would be done again.
TEST_F(VerifyTest, NoticesRequestsThatAreForgottenTooEarly) {
  MakeSampleLog(engine_);
  const Seq end = LastSeq();
  std::string progress = Value(Family::kJobs, std::string(ledger::RequestMemory::kJobKey));
  progress = progress.substr(0, 1) + ledger::SeqKey(end);
  ledger::Seal(progress);
  Value(Family::kJobs, std::string(ledger::RequestMemory::kJobKey)) = progress;
  ASSERT_EQ(ledger::RequestMemory::ReadProgress(engine_).value(), end);
  std::erase_if(disk_.Of(Family::kRequests), [end](const auto& row) {
    return ledger::DecodeRequestRow(row.second).value().seq < end;
  });
  const Verification found = Run();
  EXPECT_TRUE(Names(found, Family::kJobs, ledger::RequestMemory::kJobKey)) << Show(found);
}

// --- a record put back to what it was ---

TEST_F(VerifyTest, NoticesARecordThatIsOutOfDate) {
  MakeSampleLog(engine_);
  const std::string key = "88.118.1/PART-0";
  const Seq last = ledger::DecodeStateRow(Value(Family::kRecords, key)).value().seq;
  const Seq before = ledger::ReadLeaf(engine_, last).value().prev;
  const auto entry = ledger::ReadEntry(engine_, before).value();
  Value(Family::kRecords, key) = ledger::EncodeStateRow(before, entry.payload.state);
  const Verification found = Run();
  EXPECT_EQ(found.difference_count, 1U) << Show(found);
  EXPECT_TRUE(Names(found, Family::kRecords, key));
}

// --- entries that the rules do not allow, with everything else right ---

TEST_F(VerifyTest, NoticesASecondCreation) {
  MakeSampleLog(engine_);
  Forge({.kind = EntryKind::kCreated,
         .prefix = "88.118.1",
         .identifier = "88.118.1/Part-0",
         .state = StateWith(0)});
  EXPECT_NE(SaidOfLeaf(LastSeq()).find("kind"), std::string::npos);
}

TEST_F(VerifyTest, NoticesARecreationOfWhatWasNotDeleted) {
  MakeSampleLog(engine_);
  Forge({.kind = EntryKind::kRecreated,
         .prefix = "88.118.1",
         .identifier = "88.118.1/Part-0",
         .state = StateWith(0)});
  EXPECT_NE(SaidOfLeaf(LastSeq()).find("kind"), std::string::npos);
}

TEST_F(VerifyTest, NoticesAnUpdateOfWhatNeverWas) {
  MakeSampleLog(engine_);
  Forge({.kind = EntryKind::kUpdated,
         .prefix = "88.118.1",
         .identifier = "88.118.1/Never",
         .state = StateWith(0)});
  EXPECT_NE(SaidOfLeaf(LastSeq()).find("first"), std::string::npos);
}

TEST_F(VerifyTest, NoticesAnEntryCountedForAnotherPrefix) {
  MakeSampleLog(engine_);
  Forge({.kind = EntryKind::kCreated,
         .prefix = "88.118.2",
         .identifier = "88.118.1/Stolen",
         .state = StateWith(0)});
  EXPECT_NE(SaidOfLeaf(LastSeq()).find("prefix"), std::string::npos);
}

TEST_F(VerifyTest, NoticesADeletionThatLeavesTheRecord) {
  MakeSampleLog(engine_);
  Forge({.kind = EntryKind::kDeleted,
         .prefix = "88.118.1",
         .identifier = "88.118.1/Part-0",
         .state = StateWith(0)});
  EXPECT_NE(SaidOfLeaf(LastSeq()).find("tombstone"), std::string::npos);
}

TEST_F(VerifyTest, NoticesACreationWithoutARecord) {
  MakeSampleLog(engine_);
  Forge({.kind = EntryKind::kCreated,
         .prefix = "88.118.1",
         .identifier = "88.118.1/New",
         .state = StateWith(ledger::kTombstone)});
  EXPECT_NE(SaidOfLeaf(LastSeq()).find("tombstone"), std::string::npos);
}

TEST_F(VerifyTest, NoticesAControlObjectWithAPrefix) {
  MakeSampleLog(engine_);
  ChangeLeaf(0, [](Leaf& leaf) { leaf.prefix = "88.118.1"; });
  EXPECT_NE(SaidOfLeaf(0).find("control object"), std::string::npos);
}

TEST_F(VerifyTest, NoticesAClockAcceptedWithoutATime) {
  MakeSampleLog(engine_);
  Forge({.kind = EntryKind::kClockAccepted, .identifier = "c", .state = "soon"});
  EXPECT_NE(SaidOfLeaf(LastSeq()).find("clock"), std::string::npos);
}

TEST_F(VerifyTest, NoticesControlHistoriesThatNoNodeMakes) {
  struct Row {
    EntryKind kind;
    std::string key;
    std::string expected;
  };
  for (const Row& row : {Row{EntryKind::kTokenPut, "ttokenid8", "follow"},  // it was revoked
                         Row{EntryKind::kPrefixPut, "p88.118.1", "follow"},
                         Row{EntryKind::kTokenRevoked, "tnobodys", "first"},
                         Row{EntryKind::kPrefixPut, "tforged00", "control object"},
                         Row{EntryKind::kTokenPut, "p88.118.9", "control object"},
                         Row{EntryKind::kTokenRevoked, "p88.118.1", "control object"}}) {
    for (auto& table : disk_.tables) table.clear();
    MakeSampleLog(engine_);
    Forge({.kind = row.kind, .identifier = row.key, .state = "forged"});
    EXPECT_NE(SaidOfLeaf(LastSeq()).find(row.expected), std::string::npos)
        << row.key << ": " << SaidOfLeaf(LastSeq());
  }
}

TEST_F(VerifyTest, TakesATokenThatIsRevokedTwice) {
  MakeSampleLog(engine_);
  Forge({.kind = EntryKind::kTokenRevoked, .identifier = "ttokenid8", .state = "revoked"});
  const Verification found = Run();
  EXPECT_EQ(found.difference_count, 0U) << Show(found);
}

TEST_F(VerifyTest, NoticesPrivateValuesThatAreMarkedPublic) {
  const auto state = [](std::uint8_t permissions) {
    std::string values = {0, 0, 0, 1};
    handle::EncodeValue({.index = 1, .permissions = permissions, .type = "URL"}, {}, values);
    return ledger::EncodeRecordState({.flags = ledger::kAllPublic, .values = values});
  };
  MakeSampleLog(engine_);
  const auto create = [&](std::uint8_t permissions) {
    Forge({.kind = EntryKind::kCreated,
           .prefix = "88.118.1",
           .identifier = "88.118.1/Permissions-" + std::to_string(permissions),
           .state = state(permissions)});
    return SaidOfLeaf(LastSeq());
  };
  EXPECT_EQ(create(14), "");
  EXPECT_NE(create(12).find("public"), std::string::npos);
}

TEST_F(VerifyTest, BlamesNoEntryBehindOneWithWrongTotals) {
  MakeSampleLog(engine_);
  ChangeLeaf(5, [](Leaf& leaf) { ++leaf.totals.created; });
  const Verification found = Run();
  EXPECT_TRUE(Names(found, Family::kLeaf, ledger::SeqKey(5)));
  EXPECT_TRUE(Names(found, Family::kMeta, store::kHeadKey)) << "its tree";
  EXPECT_EQ(found.difference_count, 2U) << Show(found);
}

TEST_F(VerifyTest, NoticesATimeThatGoesBack) {
  MakeSampleLog(engine_);
  ChangeLeaf(10, [](Leaf& leaf) { leaf.time_ms -= 60'000; });
  EXPECT_EQ(SaidOfLeaf(10), "its time goes back");
  EXPECT_EQ(SaidOfLeaf(11), "");
}

TEST_F(VerifyTest, NoticesEntriesBeyondTheEnd) {
  MakeSampleLog(engine_);
  const Seq end = LastSeq() + 1;
  for (const Family family : {Family::kLeaf, Family::kPayload}) {
    disk_.Of(family)[ledger::SeqKey(end)] = Value(family, ledger::SeqKey(end - 1));
  }
  EXPECT_NE(SaidOfLeaf(end).find("beyond the end"), std::string::npos);
  EXPECT_EQ(Run().difference_count, 2U) << Show(Run());
  EXPECT_EQ(Run().entries, end);
}

// --- octets that want to lead it astray ---

TEST_F(VerifyTest, EndsWhereAPrevPointsAtItself) {
  MakeSampleLog(engine_);
  for (const Seq prev : {LastSeq(), LastSeq() + 1, ledger::kNoSeq - 1}) {
    ChangeLeaf(LastSeq(), [&](Leaf& leaf) { leaf.prev = prev; });
    EXPECT_NE(SaidOfLeaf(LastSeq()).find("prev"), std::string::npos);
  }
}

TEST_F(VerifyTest, NoticesAPrevOfSomethingElse) {
  MakeSampleLog(engine_);
  const Seq other = ledger::DecodeStateRow(Value(Family::kRecords, "88.118.1/PART-5")).value().seq;
  ChangeLeaf(LastSeq(), [&](Leaf& leaf) { leaf.prev = other; });
  EXPECT_NE(SaidOfLeaf(LastSeq()).find("something else"), std::string::npos);
}

TEST_F(VerifyTest, TakesNoMoreMemoryThanThereAreEntriesForSeqsThatAreNonsense) {
  MakeSampleLog(engine_);
  const Seq last = LastSeq();
  const std::string leaf = Value(Family::kLeaf, ledger::SeqKey(last));
  Value(Family::kMeta, std::string(store::kHeadKey)).back() ^= 1;  // nobody says where it ends
  for (const Seq seq : {Seq{1} << 40, Seq{1} << 62, ledger::kNoSeq - 1, ledger::kNoSeq}) {
    disk_.Of(Family::kLeaf)[ledger::SeqKey(seq)] = leaf;
  }
  const Verification found = Run();
  for (const Seq seq : {Seq{1} << 40, Seq{1} << 62, ledger::kNoSeq - 1, ledger::kNoSeq}) {
    EXPECT_TRUE(Names(found, Family::kLeaf, ledger::SeqKey(seq))) << Show(found);
  }
  EXPECT_TRUE(Names(found, Family::kLeaf, ledger::SeqKey(last + 1))) << "the gap";
  EXPECT_FALSE(found.root.has_value());
}

TEST_F(VerifyTest, ReadsTimesAtBothEndsOfTheirRange) {
  MakeSampleLog(engine_);
  const auto least = std::numeric_limits<std::int64_t>::min();
  const auto most = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t time_ms : {least, least + 1, std::int64_t{-1}, most - 1, most}) {
    for (const Seq seq : {Seq{0}, Seq{5}, LastSeq()}) {
      const std::string before = Value(Family::kLeaf, ledger::SeqKey(seq));
      ChangeLeaf(seq, [&](Leaf& leaf) { leaf.time_ms = time_ms; });
      EXPECT_FALSE(Run().ok());
      Value(Family::kLeaf, ledger::SeqKey(seq)) = before;
    }
  }
}

TEST_F(VerifyTest, ShowsARuleEveryEntryWithTheOneBefore) {
  MakeSampleLog(engine_);
  Value(Family::kPayload, ledger::SeqKey(3)).back() ^= 1;
  const Words fault{"is against a rule", "违反规则"};
  Seq next = 0;
  const auto rule = [&](const Leaf& leaf, const ledger::Payload* payload,
                        const ledger::Payload* before) -> const Words* {
    EXPECT_EQ(leaf.seq, next++);
    EXPECT_EQ(payload != nullptr, leaf.seq != 3);
    EXPECT_EQ(before != nullptr, leaf.prev != ledger::kNoSeq && leaf.prev != 3);
    if (payload != nullptr && before != nullptr) {
      EXPECT_EQ(handle::Folded(payload->identifier), handle::Folded(before->identifier));
    }
    return leaf.seq == LastSeq() ? &fault : nullptr;
  };
  const Verification found = Run({.rule = rule});
  EXPECT_EQ(next, LastSeq() + 1);
  EXPECT_NE(Show(found).find("leaf " + std::to_string(LastSeq()) + ": is against a rule"),
            std::string::npos)
      << Show(found);
}

TEST_F(VerifyTest, NoticesAHeadOfManyEntriesThatAreNotThere) {
  MakeSampleLog(engine_);
  ledger::Head head = ledger::ReadHead(engine_).value();
  head.tree = ledger::CompactRange::Of(Seq{1} << 63, {ledger::Hash{}}).value();
  Value(Family::kMeta, std::string(store::kHeadKey)) = ledger::EncodeHead(head);
  const Verification found = Run();
  EXPECT_TRUE(Names(found, Family::kMeta, store::kHeadKey)) << Show(found);
  EXPECT_TRUE(Names(found, Family::kLeaf)) << Show(found);
}

TEST_F(VerifyTest, NoticesAMissingHead) {
  MakeSampleLog(engine_);
  disk_.Of(Family::kMeta).clear();
  const Verification found = Run();
  EXPECT_EQ(found.difference_count, 1U) << Show(found);
  EXPECT_TRUE(Names(found, Family::kMeta, store::kHeadKey));
}

// --- erased payloads ---

class ErasureTest : public VerifyTest {
 protected:
  void SetUp() override {
    MakeSampleLog(engine_);
    const Seq last = ledger::DecodeStateRow(Value(Family::kRecords, "88.118.1/PART-0")).value().seq;
    for (Seq seq = last; seq != ledger::kNoSeq; seq = ledger::ReadLeaf(engine_, seq).value().prev) {
      const auto payload = ledger::ReadEntry(engine_, seq).value().payload;
      const std::string request = ledger::RequestKey(payload.actor, payload.request_id);
      auto& requests = disk_.Of(Family::kRequests);
      const auto row = requests.find(request);
      if (row != requests.end() && ledger::DecodeRequestRow(row->second).value().seq == seq) {
        requests.erase(row);
      }
      disk_.Of(Family::kPayload).erase(ledger::SeqKey(seq));
      ++erased_;
    }
  }

  std::uint64_t erased_ = 0;
};

TEST_F(ErasureTest, IsADifferenceAsLongAsNoEntrySaysSo) {
  const Verification found = Run();
  EXPECT_TRUE(Names(found, Family::kPayload)) << Show(found);
  EXPECT_EQ(found.erased, 0U);
}

TEST_F(ErasureTest, IsNoneWhenALaterEntrySaysSo) {
  Forge({.kind = EntryKind::kPayloadErased,
         .prefix = "88.118.1",
         .identifier = "88.118.1/Part-0",
         .state = StateWith(ledger::kTombstone)});
  const Verification found = Run();
  EXPECT_TRUE(found.ok()) << Show(found);
  EXPECT_EQ(found.erased, erased_);
}

TEST_F(ErasureTest, IsADifferenceForAnotherIdentifier) {
  Forge({.kind = EntryKind::kPayloadErased,
         .prefix = "88.118.1",
         .identifier = "88.118.1/Part-5",
         .state = StateWith(ledger::kTombstone)});
  const Verification found = Run();
  EXPECT_TRUE(Names(found, Family::kPayload)) << Show(found);
  EXPECT_EQ(found.erased, 0U);
}

}  // namespace
}  // namespace idnode::audit
