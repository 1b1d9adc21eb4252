#include "ledger/committer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "fixture.h"
#include "honesty.h"
#include "hooked_engine.h"
#include "ledger/log.h"
#include "ledger/sealed.h"
#include "recount.h"

namespace idnode::ledger {
namespace {

using Kind = Answer::Kind;
using store::MemoryEngine;
using store::Outcome;

// Remembers what it was told.
class Listener final : public CommitListener {
 public:
  struct Told {
    Seq seq;  // of the head
    std::vector<Seq> entries;
  };

  void OnCommit(const Head& head, std::span<const Entry> entries) noexcept override {
    const std::scoped_lock lock(mutex_);
    told_.push_back({.seq = head.seq()});
    for (const Entry& entry : entries) told_.back().entries.push_back(entry.leaf.seq);
  }

  std::vector<Told> told() const {
    const std::scoped_lock lock(mutex_);
    return told_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Told> told_;
};

// A committer on an engine with hooks; reopening is tried again at once.
class CommitterTest : public testing::Test {
 protected:
  void Start(const Committer::Options& options = {.retry = std::chrono::milliseconds(1)}) {
    auto started = Committer::Start(engine_, clock_, nullptr, {&listener_}, options);
    ASSERT_TRUE(started.ok()) << started.error().what;
    committer_ = std::move(started).value();
  }

  Answer Do(Wish wish) { return Send(*committer_, std::move(wish)).get(); }

  // Does it until the answer is another than "unavailable": the engine has been opened again.
  Answer DoInTheEnd(const Wish& wish) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (true) {
      const Answer answer = Do(wish);
      if (answer.kind != Kind::kUnavailable) return answer;
      if (std::chrono::steady_clock::now() > deadline) return answer;
      std::this_thread::yield();
    }
  }

  std::vector<Line> StopAndRecount() {
    committer_.reset();
    MemoryEngine restarted(disk_);
    return ExpectAgreement(restarted);
  }

  static std::optional<Result<Outcome>> GoOn() { return std::nullopt; }

  ManualClock clock_{kTestTime, 1'000'000};
  store::MemoryDisk disk_;
  HookedEngine engine_{disk_};
  Listener listener_;
  std::unique_ptr<Committer> committer_;
};

TEST_F(CommitterTest, AnEntryIsThereWithItsExactValuesAfterARestart) {
  Start();
  const Wish wish = Creates("88.118/SKU-17", ValuesOf("https://example.com/17"));
  const Answer answer = Do(wish);
  ASSERT_EQ(answer.kind, Kind::kCommitted) << answer.error.what;
  EXPECT_EQ(answer.seq, 0U);
  EXPECT_EQ(answer.time_ms, kTestTime);
  EXPECT_EQ(answer.entry_kind, EntryKind::kCreated);
  const std::vector<Line> log = StopAndRecount();
  ASSERT_EQ(log.size(), 1U);
  ExpectHonest(log, {{wish, answer}});
}

TEST_F(CommitterTest, ABadRequestFailsAloneAndTheOthersOfItsGroupGoOn) {
  Start();
  const auto answers = [&] {
    std::vector<Answer> got;
    for (auto& one : SendTogether(*committer_, {Creates("88.118/A"), Deletes("88.118/B"),
                                                Updates("88.118/A"), Creates("88.118/a")})) {
      got.push_back(one.get());
    }
    return got;
  }();
  EXPECT_EQ(answers[0].kind, Kind::kCommitted);
  EXPECT_EQ(answers[1].kind, Kind::kRefused);
  EXPECT_EQ(answers[1].error.code, Errc::kNotFound);
  EXPECT_EQ(answers[2].kind, Kind::kCommitted) << "sees what the group has changed";
  EXPECT_EQ(answers[2].seq, 1U);
  EXPECT_EQ(answers[3].kind, Kind::kRefused);
  EXPECT_EQ(answers[3].error.code, Errc::kConflict);
  committer_.reset();
  EXPECT_EQ(engine_.commits(), 1U) << "one commit for all";
  EXPECT_EQ(ExpectAgreement(engine_).size(), 2U);
}

TEST_F(CommitterTest, AGroupOfRefusalsCommitsNothing) {
  Start();
  EXPECT_EQ(Do(Deletes("88.118/A")).kind, Kind::kRefused);
  committer_.reset();
  EXPECT_EQ(engine_.commits(), 0U);
  EXPECT_EQ(engine_.Head().value(), "");
}

TEST_F(CommitterTest, ListenersAreToldBeforeTheAnswerAndAfterTheCommit) {
  Start();
  bool told_before = false;
  bool stored_before = false;
  auto answer = Send(*committer_, Creates("88.118/A"), {.on_answer = [&](const Answer& given) {
    const auto told = listener_.told();
    told_before = told.size() == 1 && told[0].seq == given.seq + 1 &&
                  told[0].entries == std::vector<Seq>{given.seq};
    stored_before = ReadLeaf(engine_, given.seq).ok();
  }});
  EXPECT_EQ(answer.get().kind, Kind::kCommitted);
  EXPECT_TRUE(told_before);
  EXPECT_TRUE(stored_before);
}

TEST_F(CommitterTest, EveryCommitHasItsOwnNonceAndEveryWriterItsEpoch) {
  for (std::uint32_t epoch = 1; epoch <= 3; ++epoch) {
    Start();
    WriterNonce last{};
    for (int i = 0; i < 3; ++i) {
      const std::string identifier = "88.118/" + std::to_string(epoch) + std::to_string(i);
      ASSERT_EQ(Do(Creates(identifier)).kind, Kind::kCommitted);
      const Head head = ReadHead(engine_).value();
      EXPECT_EQ(head.epoch, epoch);
      EXPECT_NE(head.nonce, last);
      last = head.nonce;
    }
    committer_.reset();
  }
}

TEST_F(CommitterTest, MoreThanTheQueueHoldsIsBusyAtOnce) {
  Start({.queue_requests = 5});  // the one under way, and four that wait
  std::promise<void> go;
  std::promise<void> held;
  auto first = Send(*committer_, Creates("88.118/FIRST"), {.on_decide = [&] {
    held.set_value();
    go.get_future().wait();
  }});
  held.get_future().wait();
  std::vector<Sent> sent;
  std::vector<std::future<Answer>> waiting;
  for (int i = 0; i < 4; ++i) {
    sent.push_back({Creates("88.118/" + std::to_string(i)), {}});
    waiting.push_back(Send(*committer_, sent.back().wish));
  }
  for (int i = 0; i < 3; ++i) {
    auto busy = Send(*committer_, Creates("88.118/BUSY"));
    ASSERT_EQ(busy.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    EXPECT_EQ(busy.get().kind, Kind::kBusy);
  }
  go.set_value();
  EXPECT_EQ(first.get().kind, Kind::kCommitted);
  for (auto& one : waiting) EXPECT_EQ(one.get().kind, Kind::kCommitted);
  EXPECT_EQ(StopAndRecount().size(), 5U);
}

TEST_F(CommitterTest, StopAnswersWhatWaitsAndRefusesWhatComesLater) {
  Start();
  std::promise<void> go;
  std::promise<void> held;
  std::vector<Sent> sent = {{Creates("88.118/FIRST"), {}}};
  std::vector<std::future<Answer>> answers;
  answers.push_back(Send(*committer_, sent[0].wish, {.on_decide = [&] {
    held.set_value();
    go.get_future().wait();
  }}));
  held.get_future().wait();
  for (int i = 0; i < 100; ++i) {
    sent.push_back({Creates("88.118/" + std::to_string(i)), {}});
    answers.push_back(Send(*committer_, sent.back().wish));
  }
  std::thread stopper([&] { committer_->Stop(); });
  while (committer_->state().accepts_writes) std::this_thread::yield();
  EXPECT_EQ(committer_->state().refusal.code, Errc::kUnavailable);
  const Answer late = Do(Creates("88.118/LATE"));
  EXPECT_EQ(late.kind, Kind::kUnavailable);
  go.set_value();
  stopper.join();
  for (std::size_t i = 0; i < sent.size(); ++i) {
    ASSERT_EQ(answers[i].wait_for(std::chrono::seconds(0)), std::future_status::ready);
    sent[i].answer = answers[i].get();
    EXPECT_EQ(sent[i].answer.kind, Kind::kCommitted);
  }
  committer_->Stop();  // again: nothing
  ExpectHonest(StopAndRecount(), sent);
}

TEST_F(CommitterTest, ManyMayStopItAtOnceAndAllFindItStopped) {
  for (int round = 0; round < 20; ++round) {
    Start();
    std::future<Answer> answer = Send(*committer_, Creates("88.118/" + std::to_string(round)));
    std::vector<std::thread> stoppers;
    stoppers.reserve(4);
    for (int i = 0; i < 4; ++i) stoppers.emplace_back([&] { committer_->Stop(); });
    for (std::thread& stopper : stoppers) stopper.join();
    EXPECT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    committer_.reset();
  }
}

TEST_F(CommitterTest, AnAnswerMaySubmitTheNextRequest) {
  Start();
  std::promise<Answer> second;
  auto first = Send(*committer_, Creates("88.118/A"), {.on_answer = [&](const Answer&) {
    auto request = std::make_unique<TestRequest>(
        Updates("88.118/A"),
        Hooks{.on_answer = [&](const Answer& given) { second.set_value(given); }});
    (void)request->answer();
    committer_->Submit(std::move(request));
  }});
  EXPECT_EQ(first.get().kind, Kind::kCommitted);
  EXPECT_EQ(second.get_future().get().kind, Kind::kCommitted);
}

TEST_F(CommitterTest, AStaleCommitIsPutTogetherAgainAndDecidedAgain) {
  engine_.on_commit = [&](std::size_t commit) {
    if (commit <= 2) engine_.below().Inject(MemoryEngine::Fault::kStale);
    return GoOn();
  };
  Start();
  int decided = 0;
  auto answer = Send(*committer_, Creates("88.118/A"), {.on_decide = [&] { ++decided; }});
  EXPECT_EQ(answer.get().kind, Kind::kCommitted);
  EXPECT_EQ(decided, 3);
  EXPECT_EQ(StopAndRecount().size(), 1U);
}

TEST_F(CommitterTest, AStoreThatIsStaleForEverSendsRequestsAwayAndNothingIsWritten) {
  bool stale = true;
  engine_.on_commit = [&](std::size_t) {
    if (stale) engine_.below().Inject(MemoryEngine::Fault::kStale);
    return GoOn();
  };
  Start();
  EXPECT_EQ(Do(Creates("88.118/A")).kind, Kind::kUnavailable);
  EXPECT_TRUE(engine_.Head().value().empty());
  EXPECT_TRUE(committer_->state().accepts_writes);
  stale = false;  // the commit thread sleeps
  EXPECT_EQ(Do(Creates("88.118/A")).kind, Kind::kCommitted);
  EXPECT_EQ(StopAndRecount().size(), 1U);
}

// --- outcomes that are not known ---

TEST_F(CommitterTest, WhatIsUnknownIsToldSoAndTheRequestIdTellsLater) {
  for (const bool applied : {true, false}) {
    SCOPED_TRACE(applied);
    const std::size_t next = engine_.commits() + 1;
    engine_.on_commit = [&, next](std::size_t commit) {
      if (commit == next) {
        engine_.below().Inject(applied ? MemoryEngine::Fault::kUnknownApplied
                                       : MemoryEngine::Fault::kUnknownLost);
      }
      return GoOn();
    };
    engine_.on_reopen = [&, first = true](std::size_t) mutable -> std::optional<Error> {
      if (!std::exchange(first, false)) return std::nullopt;
      return Error{Errc::kUnavailable, 5, "not now, on order"};
    };
    Start();
    const Wish wish = Creates(applied ? "88.118/APPLIED" : "88.118/LOST");
    EXPECT_EQ(Do(wish).kind, Kind::kOutcomeUnknown);
    const Answer again = DoInTheEnd(wish);
    EXPECT_EQ(again.kind, applied ? Kind::kRepeated : Kind::kCommitted);
    const std::vector<Line> log = StopAndRecount();
    ASSERT_EQ(log.size(), applied ? 1U : 2U);
    EXPECT_EQ(log.at(again.seq).identifier, wish.identifier);
  }
}

TEST_F(CommitterTest, WhileTheEngineCannotBeOpenedWritesAreRefusedAndReadsGoOn) {
  std::atomic<bool> broken = true;
  engine_.on_commit = [&](std::size_t commit) {
    if (commit == 2) engine_.below().Inject(MemoryEngine::Fault::kUnknownLost);
    return GoOn();
  };
  engine_.on_reopen = [&](std::size_t) -> std::optional<Error> {
    if (!broken) return std::nullopt;
    return Error{Errc::kUnavailable, 28, "no space, on order"};
  };
  Start();
  ASSERT_EQ(Do(Creates("88.118/A")).kind, Kind::kCommitted);
  ASSERT_EQ(Do(Creates("88.118/B")).kind, Kind::kOutcomeUnknown);
  for (int i = 0; i < 5; ++i) {
    const Answer refused = Do(Creates("88.118/C"));
    EXPECT_EQ(refused.kind, Kind::kUnavailable);
    EXPECT_EQ(refused.error.detail, 28U) << "says why";
  }
  const Committer::State state = committer_->state();
  EXPECT_FALSE(state.accepts_writes);
  EXPECT_STREQ(state.refusal.what, "no space, on order");
  EXPECT_EQ(state.head.seq(), 1U);
  EXPECT_TRUE(ReadLeaf(engine_, 0).ok());

  broken = false;
  EXPECT_EQ(DoInTheEnd(Creates("88.118/C")).kind, Kind::kCommitted);
  EXPECT_TRUE(committer_->state().accepts_writes);
  EXPECT_EQ(StopAndRecount().size(), 2U);
}

TEST_F(CommitterTest, AFailedEngineIsOpenedAgainThoughNobodyAsks) {
  engine_.on_commit = [&](std::size_t commit) {
    if (commit == 1) engine_.below().Inject(MemoryEngine::Fault::kUnknownApplied);
    return GoOn();
  };
  engine_.on_reopen = [](std::size_t reopen) -> std::optional<Error> {
    if (reopen > 3) return std::nullopt;
    return Error{Errc::kUnavailable, 0, "not now, on order"};
  };
  Start();
  ASSERT_EQ(Do(Creates("88.118/A")).kind, Kind::kOutcomeUnknown);
  while (listener_.told().empty()) std::this_thread::yield();
  EXPECT_TRUE(committer_->state().accepts_writes);
  EXPECT_EQ(committer_->state().head.seq(), 1U) << "what was open is found";
  const auto told = listener_.told();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].seq, 1U);
  EXPECT_TRUE(told[0].entries.empty()) << "nobody was told what they are";
}

TEST_F(CommitterTest, StopEndsAlsoWhileTheEngineHasFailed) {
  engine_.on_commit = [&](std::size_t) {
    engine_.below().Inject(MemoryEngine::Fault::kUnknownLost);
    return GoOn();
  };
  engine_.on_reopen = [](std::size_t) {
    return std::optional(Error{Errc::kUnavailable, 0, "never, on order"});
  };
  Start({.retry = std::chrono::hours(1)});
  ASSERT_EQ(Do(Creates("88.118/A")).kind, Kind::kOutcomeUnknown);
  committer_->Stop();
  EXPECT_EQ(Do(Creates("88.118/B")).kind, Kind::kUnavailable);
}

// A refusal may rest on what another request of the same group did; if that is open, so is this.
TEST_F(CommitterTest, NoAnswerRestsOnACommitThatMayBeLost) {
  engine_.on_commit = [&](std::size_t commit) {
    if (commit == 2) engine_.below().Inject(MemoryEngine::Fault::kUnknownLost);
    return GoOn();
  };
  engine_.on_reopen = [](std::size_t reopen) -> std::optional<Error> {
    if (reopen > 1) return std::nullopt;
    return Error{Errc::kUnavailable, 0, "not now, on order"};
  };
  Start();
  const Wish old = Creates("88.118/OLD");
  ASSERT_EQ(Do(old).kind, Kind::kCommitted);
  const Wish first = Creates("88.118/A");
  Wish reuses = Creates("88.118/B");
  reuses.origin.id = first.origin.id;
  auto answers = SendTogether(*committer_, {first, first, reuses, Creates("88.118/A"), old});
  EXPECT_EQ(answers[0].get().kind, Kind::kOutcomeUnknown);
  EXPECT_EQ(answers[1].get().kind, Kind::kOutcomeUnknown) << "a repeat of what is open is open";
  EXPECT_EQ(answers[2].get().kind, Kind::kUnavailable) << "used only if the first one is there";
  EXPECT_EQ(answers[3].get().kind, Kind::kUnavailable) << "it exists only if the first one does";
  EXPECT_EQ(answers[4].get().kind, Kind::kRepeated) << "this one is certain";
  EXPECT_EQ(DoInTheEnd(reuses).kind, Kind::kCommitted) << "the id was free after all";
  EXPECT_EQ(StopAndRecount().size(), 2U);
}

// --- another writer, another log ---

// What somebody else would have on a copy of `disk`, one entry later.
store::MemoryDisk WithForeignEntry(const store::MemoryDisk& disk, const char* identifier) {
  store::MemoryDisk copy = disk;
  MemoryEngine engine(copy);
  const ManualClock clock(kTestTime + 5'000);
  auto committer = Committer::Start(engine, clock, nullptr, {}, {}).value();
  EXPECT_EQ(Send(*committer, Creates(identifier)).get().kind, Kind::kCommitted);
  return copy;
}

TEST_F(CommitterTest, AnEntryOfSomebodyElseIsBuiltUponAndListenersLearnOfIt) {
  engine_.on_commit = [&](std::size_t commit) {
    if (commit == 1) disk_ = WithForeignEntry(disk_, "88.118/THEIRS");
    return GoOn();
  };
  Start();
  auto answers = SendTogether(*committer_, {Creates("88.118/THEIRS"), Creates("88.118/OURS")});
  EXPECT_EQ(answers[0].get().kind, Kind::kRefused) << "decided again, against what is there now";
  EXPECT_EQ(answers[1].get().seq, 1U);
  const auto told = listener_.told();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].seq, 1U);
  EXPECT_TRUE(told[0].entries.empty()) << "read everything again";
  EXPECT_EQ(told[1].entries, std::vector<Seq>{1});
  EXPECT_EQ(StopAndRecount().size(), 2U);
}

TEST_F(CommitterTest, AWriterOfALaterEpochEndsOurWriting) {
  engine_.on_commit = [&](std::size_t commit) {
    if (commit != 2) return GoOn();
    disk_ = WithForeignEntry(disk_, "88.118/THEIRS");  // after ours of epoch 1: theirs is 2
    return GoOn();
  };
  Start();
  ASSERT_EQ(Do(Creates("88.118/A")).kind, Kind::kCommitted);
  const Answer refused = Do(Creates("88.118/B"));
  EXPECT_EQ(refused.kind, Kind::kUnavailable);
  EXPECT_EQ(refused.error.code, Errc::kUnavailable) << "it is nothing that the caller did";
  EXPECT_FALSE(committer_->state().accepts_writes);
  EXPECT_EQ(committer_->state().refusal.code, Errc::kConflict);
  EXPECT_EQ(Do(Creates("88.118/C")).kind, Kind::kUnavailable) << "and it stays so";
  EXPECT_EQ(StopAndRecount().size(), 2U);
}

TEST(Committer, AStoreThatHasLostAcknowledgedEntriesIsNotWrittenTo) {
  for (const bool forked : {false, true}) {  // nothing in their place, or other ones
    SCOPED_TRACE(forked);
    store::MemoryDisk disk;
    HookedEngine engine(disk);
    engine.on_commit = [&](std::size_t commit) -> std::optional<Result<Outcome>> {
      if (commit == 2) engine.below().Inject(MemoryEngine::Fault::kUnknownLost);
      return std::nullopt;
    };
    engine.on_reopen = [&, lost = false](std::size_t) mutable -> std::optional<Error> {
      const store::MemoryDisk nothing;
      if (!std::exchange(lost, true)) disk = forked ? WithForeignEntry(nothing, "88/X") : nothing;
      return std::nullopt;
    };
    const ManualClock clock(kTestTime);
    Listener listener;
    auto committer = Committer::Start(engine, clock, nullptr, {&listener},
                                      {.retry = std::chrono::milliseconds(1)})
                         .value();
    ASSERT_EQ(Send(*committer, Creates("88.118/A")).get().kind, Kind::kCommitted);
    EXPECT_EQ(Send(*committer, Creates("88.118/B")).get().kind, Kind::kOutcomeUnknown);
    while (committer->state().refusal.code != Errc::kCorrupt) std::this_thread::yield();
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    while (std::chrono::steady_clock::now() < end) {  // in which opening could be tried again
      EXPECT_EQ(Send(*committer, Creates("88.118/C")).get().kind, Kind::kUnavailable);
    }
    EXPECT_FALSE(committer->state().accepts_writes);
    EXPECT_EQ(committer->state().refusal.code, Errc::kCorrupt);
    EXPECT_EQ(listener.told().size(), 1U) << "nobody is told that this is the store now";
  }
}

// --- the clock ---

TEST_F(CommitterTest, AClockThatSeemsWrongRefusesWritesButNotRepeats) {
  Start();
  const Wish first = Creates("88.118/A");
  ASSERT_EQ(Do(first).kind, Kind::kCommitted);
  clock_.SetWall(kTestTime + Day::kMs);
  const Answer refused = Do(Creates("88.118/B"));
  EXPECT_EQ(refused.kind, Kind::kClock);
  EXPECT_STREQ(refused.error.what, "clock ahead");
  EXPECT_EQ(refused.error.detail, 86'400U);
  EXPECT_FALSE(committer_->state().accepts_writes);
  EXPECT_STREQ(committer_->state().refusal.what, "clock ahead");
  EXPECT_EQ(Do(first).kind, Kind::kRepeated);

  ASSERT_EQ(Do(AcceptsClock()).kind, Kind::kCommitted);
  EXPECT_TRUE(committer_->state().accepts_writes);
  const Answer accepted = Do(Creates("88.118/B"));
  EXPECT_EQ(accepted.kind, Kind::kCommitted);
  EXPECT_EQ(accepted.time_ms, kTestTime + Day::kMs);
  EXPECT_EQ(StopAndRecount().size(), 3U);
}

TEST_F(CommitterTest, AfterAStepBackWasAcceptedTheLagIsRememberedAcrossRestarts) {
  Start();
  ASSERT_EQ(Do(Creates("88.118/A")).kind, Kind::kCommitted);
  clock_.SetWall(kTestTime - 3'600'000);
  EXPECT_STREQ(Do(Creates("88.118/B")).error.what, "clock behind");
  committer_.reset();
  Start();
  EXPECT_EQ(Do(Creates("88.118/B")).kind, Kind::kClock) << "a restart accepts nothing";
  ASSERT_EQ(Do(AcceptsClock()).kind, Kind::kCommitted);
  const Answer second = Do(Creates("88.118/B"));
  EXPECT_EQ(second.kind, Kind::kCommitted);
  EXPECT_EQ(second.time_ms, kTestTime) << "time never goes back";
  committer_.reset();
  Start();
  EXPECT_EQ(Do(Creates("88.118/C")).kind, Kind::kCommitted) << "accepted is accepted";
  clock_.Advance(3'600'000 + 7);
  EXPECT_EQ(Do(Creates("88.118/D")).time_ms, kTestTime + 7) << "the wall clock has passed it";
  clock_.SetWall(kTestTime - 3'600'000);
  EXPECT_EQ(Do(Creates("88.118/E")).kind, Kind::kClock) << "that was for once";
  EXPECT_EQ(StopAndRecount().size(), 5U);
}

TEST_F(CommitterTest, AnAcceptanceThatWasNotCommittedAcceptsNothing) {
  Start();
  ASSERT_EQ(Do(Creates("88.118/A")).kind, Kind::kCommitted);
  clock_.SetWall(kTestTime + Day::kMs);
  bool stale = true;
  // The commit thread sleeps until the next request.
  engine_.on_commit = [&](std::size_t) {
    if (stale) engine_.below().Inject(MemoryEngine::Fault::kStale);
    return GoOn();
  };
  EXPECT_EQ(Do(AcceptsClock()).kind, Kind::kUnavailable);
  EXPECT_FALSE(committer_->state().accepts_writes);
  EXPECT_EQ(Do(Creates("88.118/B")).kind, Kind::kClock);
  stale = false;
  EXPECT_EQ(Do(AcceptsClock()).kind, Kind::kCommitted);
  EXPECT_EQ(Do(Creates("88.118/B")).kind, Kind::kCommitted);
  EXPECT_EQ(StopAndRecount().size(), 3U);
}

TEST_F(CommitterTest, AnAcceptanceThatFailsAcceptsNothingForTheRestOfItsGroup) {
  Start();
  ASSERT_EQ(Do(AcceptsClock()).kind, Kind::kCommitted);
  committer_.reset();
  disk_.Of(store::Family::kCounts).at(TipKey(""))[3] ^= 1;  // no control entry can be made
  Start();
  clock_.SetWall(kTestTime + Day::kMs);
  auto answers = SendTogether(*committer_, {AcceptsClock(), Creates("88.118/A")});
  EXPECT_EQ(answers[0].get().error.code, Errc::kCorrupt);
  EXPECT_EQ(answers[1].get().kind, Kind::kClock);
}

TEST_F(CommitterTest, AnAcceptanceOfUnknownOutcomeCountsIfItWasCommitted) {
  for (const bool applied : {true, false}) {
    SCOPED_TRACE(applied);
    engine_.on_commit = nullptr;
    engine_.on_reopen = [&, first = true](std::size_t) mutable -> std::optional<Error> {
      if (!std::exchange(first, false)) return std::nullopt;
      return Error{Errc::kUnavailable, 0, "not now, on order"};
    };
    Start();
    ASSERT_EQ(Do(Creates(applied ? "88.118/A" : "88.118/B")).kind, Kind::kCommitted);
    const std::size_t next = engine_.commits() + 1;
    engine_.on_commit = [&, next](std::size_t commit) {
      if (commit == next) {
        engine_.below().Inject(applied ? MemoryEngine::Fault::kUnknownApplied
                                       : MemoryEngine::Fault::kUnknownLost);
      }
      return GoOn();
    };
    clock_.SetWall(clock_.WallMs() + Day::kMs);
    const Wish acceptance = AcceptsClock();
    EXPECT_EQ(Do(acceptance).kind, Kind::kOutcomeUnknown);
    EXPECT_EQ(DoInTheEnd(acceptance).kind, applied ? Kind::kRepeated : Kind::kCommitted);
    EXPECT_EQ(Do(Creates(applied ? "88.118/C" : "88.118/D")).kind, Kind::kCommitted);
    StopAndRecount();
  }
}

// --- what it starts on ---

TEST_F(CommitterTest, RefusesAHeadThatDoesNotReadAndANewerLayout) {
  Start();
  ASSERT_EQ(Do(Creates("88.118/A")).kind, Kind::kCommitted);
  committer_.reset();
  std::string& stored = disk_.Of(store::Family::kMeta).at(std::string(store::kHeadKey));
  const std::string healthy = stored;
  stored[20] = static_cast<char>(stored[20] ^ 1);
  auto damaged = Committer::Start(engine_, clock_, nullptr, {}, {});
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().code, Errc::kCorrupt);

  stored = healthy.substr(0, healthy.size() - 4);
  stored[0] = 2;
  Seal(stored);
  auto newer = Committer::Start(engine_, clock_, nullptr, {}, {});
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().code, Errc::kTooLarge);
  EXPECT_EQ(newer.error().detail, 2U);
}

}  // namespace
}  // namespace idnode::ledger
