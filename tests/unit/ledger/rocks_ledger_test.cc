// The committer on real files: what was acknowledged is there after a restart, and after a disk
// that failed at any of the commits.
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "fixture.h"
#include "honesty.h"
#include "ledger/committer.h"
#include "ledger/log.h"
#include "recount.h"
#include "store/breakable_disk.h"
#include "store/mark_file.h"
#include "store/rocksdb/rocks_engine.h"
#include "temporary_directory.h"

namespace idnode::ledger {
namespace {

using Kind = Answer::Kind;
using Fault = store::BreakableDisk::Fault;

class RocksLedger : public testing::Test {
 protected:
  RocksLedger() : mark_(store::MarkFile::Open(directory_.path() / "mark", true).value()) {}

  void Start() {
    engine_ = store::RocksEngine::Open(directory_.path() / "db", {.env = env_.get()}).value();
    committer_ = Committer::Start(*engine_, clock_, &mark_, {},
                                  {.group = {.requests = 4}, .retry = std::chrono::milliseconds(1)})
                     .value();
  }

  void Stop() {
    committer_.reset();
    engine_.reset();
  }

  Answer Do(const Wish& wish) {
    sent_.push_back({wish, Send(*committer_, wish).get()});
    return sent_.back().answer;
  }

  // Lives of a few identifiers, in one wave.
  void SendWave() {
    const std::string prefix = "88." + std::to_string(++waves_);
    std::vector<Wish> wishes = {PutsControl("p" + prefix, "prefix"),
                                Creates(prefix + "/A"),
                                Creates(prefix + "/b"),
                                Updates(prefix + "/B"),
                                Deletes(prefix + "/A"),
                                Creates(prefix + "/a"),
                                Deletes(prefix + "/none")};
    auto answers = SendTogether(*committer_, wishes);
    for (std::size_t i = 0; i < wishes.size(); ++i) sent_.push_back({wishes[i], answers[i].get()});
    clock_.Advance(Day::kMs / 3);
  }

  // Writing works again, if need be after a while.
  void Recover() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (Do(Creates("88.118/" + std::to_string(sent_.size()))).kind != Kind::kCommitted) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "writing never recovers";
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  // Asks again, under the same request id, what became of `open`.
  void Settle(const Wish& open) {
    const Answer settled = Send(*committer_, open).get();
    EXPECT_TRUE(settled.done()) << "the request id tells";
    for (Sent& one : sent_) {
      if (IdOf(one.wish) == IdOf(open)) one.answer = settled;
    }
  }

  void RestartAndCheck() {
    Stop();
    Start();
    const std::vector<Line> log = ExpectAgreement(*engine_);
    ExpectHonest(log, sent_);
    EXPECT_EQ(mark_.Load().value(), log.size());
  }

  int Count(Kind kind) const {
    int count = 0;
    for (const Sent& one : sent_) count += one.answer.kind == kind ? 1 : 0;
    return count;
  }

  const TemporaryDirectory directory_;
  const std::shared_ptr<store::BreakableDisk> disk_ = std::make_shared<store::BreakableDisk>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  ManualClock clock_{kTestTime};
  store::MarkFile mark_;
  std::unique_ptr<store::RocksEngine> engine_;
  std::unique_ptr<Committer> committer_;
  std::vector<Sent> sent_;
  int waves_ = 0;
};

TEST_F(RocksLedger, WhatIsAcknowledgedIsThereAfterEveryRestart) {
  Start();
  for (int round = 0; round < 3; ++round) {
    SendWave();
    EXPECT_EQ(Send(*committer_, sent_[1].wish).get().kind, Kind::kRepeated) << round;
    RestartAndCheck();
  }
  EXPECT_EQ(Count(Kind::kCommitted), 18);
  EXPECT_EQ(CountAgain(*engine_).epoch, 3U) << "the fourth writer has not written";
}

TEST_F(RocksLedger, ADiskThatFailsAtAnyCommitLosesNothingAndWritingGoesOn) {
  Start();
  for (const Fault fault : {Fault::kAppend, Fault::kSync}) {
    for (int spared = 0; spared < 3; ++spared) {
      SCOPED_TRACE(spared);
      for (int i = 0; i < spared; ++i) Recover();
      disk_->BreakNext(fault);
      SendWave();
      Recover();
      RestartAndCheck();
    }
  }
  EXPECT_EQ(Count(Kind::kOutcomeUnknown), 0) << "opening again settles it at once";
}

TEST_F(RocksLedger, ADiskThatCannotBeWrittenLeavesOutcomesOpenAndReadsGoOn) {
  Start();
  SendWave();
  for (const Fault fault : {Fault::kAppend, Fault::kSync}) {
    disk_->RefuseNewFiles(rocksdb::IOStatus::NoSpace("on order"));
    disk_->BreakNext(fault);
    const Wish open = Creates(fault == Fault::kSync ? "88.118/SYNC" : "88.118/APPEND");
    ASSERT_EQ(Do(open).kind, Kind::kOutcomeUnknown);
    EXPECT_EQ(Do(Creates("88.118/REFUSED")).kind, Kind::kUnavailable);
    EXPECT_FALSE(committer_->state().accepts_writes);
    EXPECT_TRUE(ReadLeaf(*engine_, 0).ok()) << "reads go on";

    disk_->AllowNewFiles();
    Recover();
    Settle(open);
  }
  Recover();
  RestartAndCheck();
}

// As a quota does it: the disk tells of free space, and refuses every octet.
TEST_F(RocksLedger, ADiskThatIsFullLosesNothingAndWritingGoesOnWhenThereIsRoom) {
  Start();
  SendWave();
  for (int round = 0; round < 3; ++round) {
    disk_->Fill(true);
    const Wish open = Creates("88.118/FULL" + std::to_string(round));
    ASSERT_EQ(Do(open).kind, Kind::kOutcomeUnknown);
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(Do(Creates("88.118/REFUSED")).kind, Kind::kUnavailable);
      EXPECT_TRUE(ReadLeaf(*engine_, 0).ok()) << "reads go on";
    }
    EXPECT_FALSE(committer_->state().accepts_writes);
    disk_->Fill(false);
    Recover();
    Settle(open);
  }
  RestartAndCheck();
}

TEST_F(RocksLedger, WithNothingButTheReserveLeftNoOutcomeIsOpen) {
  Start();
  SendWave();
  disk_->TellFree(0);
  for (int i = 0; i < 3; ++i) {
    const Answer refused = Do(Creates("88.118/REFUSED"));
    EXPECT_EQ(refused.kind, Kind::kUnavailable);
    EXPECT_STREQ(refused.error.what, "the disk is full");
  }
  const Committer::State state = committer_->state();
  EXPECT_FALSE(state.accepts_writes);
  EXPECT_STREQ(state.refusal.what, "the disk is full");
  EXPECT_TRUE(ReadLeaf(*engine_, 0).ok()) << "reads go on";
  disk_->TellFree(std::uint64_t{1} << 40);
  Recover();
  EXPECT_EQ(Count(Kind::kOutcomeUnknown), 0);
  RestartAndCheck();
}

// Damage that opens without an error would be a silently shorter log; the mark knows its length.
TEST_F(RocksLedger, AnEmptyDatabaseBesideItsMarkIsRefused) {
  Start();
  SendWave();
  Stop();
  std::filesystem::remove_all(directory_.path() / "db");
  engine_ = store::RocksEngine::Open(directory_.path() / "db", {.env = env_.get()}).value();
  const auto refused = Committer::Start(*engine_, clock_, &mark_, {}, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::kConflict);
}

}  // namespace
}  // namespace idnode::ledger
