// What a committer does about a store, a request or a machine that fails: what it tries again and
// how often, what it leaves alone, what it tells, and that nobody is told a lie meanwhile.
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <new>
#include <thread>

#include "fixture.h"
#include "honesty.h"
#include "hooked_engine.h"
#include "ledger/committer.h"
#include "ledger/log.h"
#include "recount.h"

namespace idnode::ledger {
namespace {

using Kind = Answer::Kind;
using std::chrono::milliseconds;
using store::MemoryEngine;
using store::Outcome;

class CommitterFailure : public testing::Test {
 protected:
  void Start(Committer::Options options = {.retry = milliseconds(1)}) {
    options.report = [this](const Committer::Notice& notice) {
      const std::scoped_lock lock(mutex_);
      told_.push_back((notice.is_trouble ? "- " : "+ ") + notice.text);
    };
    committer_ = Committer::Start(engine_, clock_, nullptr, {}, options).value();
  }

  Answer Do(Wish wish) { return Send(*committer_, std::move(wish)).get(); }

  std::vector<std::string> told() const {
    const std::scoped_lock lock(mutex_);
    return told_;
  }

  // The `commit`-th commit ends so.
  void Inject(std::size_t commit, MemoryEngine::Fault fault) {
    engine_.on_commit = [=, this](std::size_t number) -> std::optional<Result<Outcome>> {
      if (number == commit) engine_.below().Inject(fault);
      return std::nullopt;
    };
  }

  // The first `times` attempts to open the engine again end with `why`, the others well.
  void FailReopening(std::size_t times, Error why) {
    engine_.on_reopen = [=, this](std::size_t reopen) -> std::optional<Error> {
      reopens_ = reopen;
      return reopen <= times ? std::optional(why) : std::nullopt;
    };
  }

  ManualClock clock_{kTestTime, 1'000'000};
  store::MemoryDisk disk_;
  HookedEngine engine_{disk_};
  std::atomic<std::size_t> reopens_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> told_;
  std::unique_ptr<Committer> committer_;
};

constexpr Error kAway{Errc::kUnavailable, ENOSPC, "not now, on order"};

// --- what is tried again, and told ---

TEST_F(CommitterFailure, AStoreThatIsDamagedIsNotOpenedAgain) {
  Inject(1, MemoryEngine::Fault::kUnknownLost);
  FailReopening(1, {Errc::kCorrupt, 0, "damaged, on order"});
  Start();
  EXPECT_EQ(Do(Creates("88.118/A")).kind, Kind::kOutcomeUnknown);
  std::this_thread::sleep_for(milliseconds(20));  // in which it could be tried again
  const Answer refused = Do(Creates("88.118/B"));
  EXPECT_EQ(refused.kind, Kind::kUnavailable);
  EXPECT_EQ(refused.error.code, Errc::kUnavailable);
  EXPECT_EQ(reopens_, 1U);
  EXPECT_EQ(committer_->state().refusal.code, Errc::kCorrupt);
  EXPECT_FALSE(committer_->state().accepts_writes);
  ASSERT_EQ(told().size(), 1U);
  EXPECT_TRUE(
      told()[0].starts_with("- changes are refused: damaged, on order; reads go on, and "
                            "nothing is tried again"))
      << told()[0];
  committer_->Stop();
}

TEST_F(CommitterFailure, AStoreThatIsAwayIsTriedLessAndLessOftenAndToldOnce) {
  constexpr int kTimes = 9;
  Inject(1, MemoryEngine::Fault::kUnknownLost);
  FailReopening(kTimes, kAway);
  Start({.retry = milliseconds(2), .longest_retry = milliseconds(16)});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Do(Creates("88.118/A")).kind, Kind::kOutcomeUnknown);
  while (!committer_->state().accepts_writes) std::this_thread::yield();
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, milliseconds(2 + 4 + 8 + 16 * 6))
      << "each wait is twice the last, or the longest";
  EXPECT_EQ(reopens_, kTimes + 1U);
  const auto lines = told();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].starts_with("- changes are refused: not now, on order: No space left"))
      << lines[0];
  EXPECT_EQ(lines[1], "+ changes are taken again");
}

TEST_F(CommitterFailure, AfterItIsWellTheFirstWaitIsShortAgain) {
  engine_.on_commit = [&](std::size_t number) -> std::optional<Result<Outcome>> {
    if (number % 2 == 1) engine_.below().Inject(MemoryEngine::Fault::kUnknownLost);
    return std::nullopt;
  };
  engine_.on_reopen = [](std::size_t reopen) -> std::optional<Error> {
    return reopen % 7 != 0 ? std::optional(kAway) : std::nullopt;  // waits of 1, 2, 4, ... 32 ms
  };
  Start({.retry = milliseconds(1), .longest_retry = std::chrono::hours(1)});
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 6; ++i) {  // unless it begins anew, 2^36 ms in the end
    EXPECT_EQ(Do(Creates("88.118/" + std::to_string(i))).kind, Kind::kOutcomeUnknown);
    while (!committer_->state().accepts_writes) {
      std::this_thread::yield();
      ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
    }
    EXPECT_EQ(Do(Creates("88.119/" + std::to_string(i))).kind, Kind::kCommitted);
  }
}

TEST_F(CommitterFailure, ACommitThatFindsTheStoreAwayIsDoneWhenOpeningAgainHelps) {
  engine_.on_commit = [](std::size_t commit) -> std::optional<Result<Outcome>> {
    return commit == 1 ? std::optional<Result<Outcome>>(kAway) : std::nullopt;
  };
  Start({.retry = std::chrono::hours(1)});
  EXPECT_EQ(Do(Creates("88.118/A")).kind, Kind::kCommitted);
  EXPECT_EQ(told().size(), 2U) << "that it failed, and that it is well";
}

TEST_F(CommitterFailure, ACommitThatOpeningAgainDoesNotHelpIsLeftAloneForAWhile) {
  for (const bool is_unknown : {false, true}) {
    bool is_fence = true;
    engine_.on_commit = [&](std::size_t /*commit*/) -> std::optional<Result<Outcome>> {
      if (!is_unknown) return kAway;
      is_fence = !is_fence;
      if (!is_fence) engine_.below().Inject(MemoryEngine::Fault::kUnknownLost);
      return std::nullopt;
    };
    Start({.retry = std::chrono::hours(1)});
    EXPECT_NE(Do(Creates("88.118/A")).kind, Kind::kCommitted);
    EXPECT_FALSE(committer_->state().accepts_writes);
    EXPECT_EQ(Do(Creates("88.118/B")).kind, Kind::kUnavailable);
    EXPECT_EQ(told().back().substr(0, 22), "- changes are refused:");
    committer_->Stop();
    EXPECT_EQ(engine_.commits(), is_unknown ? 9U : 3U) << "nothing was tried for B";
  }
}

TEST_F(CommitterFailure, TheWaitGrowsWhileOpeningHelpsAndWritingDoesNot) {
  engine_.on_commit = [](std::size_t /*commit*/) -> std::optional<Result<Outcome>> {
    return kAway;
  };
  Start({.retry = milliseconds(1), .longest_retry = std::chrono::hours(1)});
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 9; ++i) {  // waits of 1, 2, 4, ... 256 ms
    EXPECT_EQ(Do(Creates("88.118/A")).kind, Kind::kUnavailable);
    while (!committer_->state().accepts_writes) std::this_thread::yield();
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(511));
}

// --- commits that are late ---

TEST_F(CommitterFailure, ALateCommitThatCouldNotBeWaitedForIsFoundWithItsClock) {
  Inject(2, MemoryEngine::Fault::kUnknownLate);
  FailReopening(1, kAway);
  Start();
  ASSERT_EQ(Do(Creates("88.118/A")).kind, Kind::kCommitted);
  clock_.SetWall(kTestTime + Day::kMs);
  ASSERT_EQ(Do(Creates("88.118/B")).kind, Kind::kClock);
  const Wish accepts = AcceptsClock();
  ASSERT_EQ(Do(accepts).kind, Kind::kOutcomeUnknown);
  while (reopens_ < 2) std::this_thread::yield();
  const Answer again = Do(accepts);  // a commit of its own, and the late one comes before it
  EXPECT_EQ(again.kind, Kind::kRepeated);
  EXPECT_EQ(Do(Creates("88.118/B")).kind, Kind::kCommitted) << "the clock was accepted";
}

// The first time it is decided well, the second time refused. Without a fence behind the first
// commit that one would come after the refusal.
TEST_F(CommitterFailure, ARefusalAfterALateCommitIsNoLie) {
  Inject(1, MemoryEngine::Fault::kUnknownLate);
  Start();
  const Wish wish = Creates("88.118/A");
  int decided = 0;
  auto answer = Send(*committer_, wish, {.on_decide = [&] {
    if (++decided == 2) throw std::bad_alloc();
  }});
  const Sent first{wish, answer.get()};
  const Wish next = Creates("88.118/B");
  const Sent second{next, Do(next)};
  EXPECT_EQ(second.answer.kind, Kind::kCommitted);
  committer_.reset();
  MemoryEngine restarted(disk_);
  ExpectHonest(ExpectAgreement(restarted), {first, second});
}

// --- no memory, no thread ---

TEST_F(CommitterFailure, MemoryThatRunsOutForOneRequestFailsThatOneAlone) {
  Start();
  for (int bad = 0; bad < 5; ++bad) {
    std::promise<void> go;
    std::promise<void> held;
    auto doorman = Send(*committer_, Deletes("nobody/has this"), {.on_decide = [&] {
      held.set_value();
      go.get_future().wait();
    }});
    held.get_future().wait();
    std::vector<Sent> sent;
    std::vector<std::future<Answer>> answers;
    for (int i = 0; i < 5; ++i) {
      sent.push_back({Creates("88.118/" + std::to_string(bad) + "-" + std::to_string(i)), {}});
      Hooks hooks;
      if (i == bad) hooks.on_decide = [] { throw std::bad_alloc(); };
      answers.push_back(Send(*committer_, sent.back().wish, hooks));
    }
    go.set_value();
    EXPECT_EQ(doorman.get().kind, Kind::kRefused);
    for (int i = 0; i < 5; ++i) {
      const Answer answer = answers[static_cast<std::size_t>(i)].get();
      EXPECT_EQ(answer.kind, i == bad ? Kind::kUnavailable : Kind::kCommitted) << bad << " " << i;
    }
  }
  EXPECT_EQ(committer_->state().head.seq(), 20U);
  EXPECT_TRUE(committer_->state().accepts_writes);
  committer_.reset();
  MemoryEngine restarted(disk_);
  EXPECT_EQ(ExpectAgreement(restarted).size(), 20U);
}

TEST_F(CommitterFailure, WithoutAThreadItDoesNotStartAndSaysSo) {
  pthread_attr_t before;
  ASSERT_EQ(::pthread_getattr_default_np(&before), 0);
  pthread_attr_t attributes = before;
  constexpr std::size_t kMoreThanThereIs = std::size_t{1} << 47;
  ASSERT_EQ(::pthread_attr_setstacksize(&attributes, kMoreThanThereIs), 0);
  ASSERT_EQ(::pthread_setattr_default_np(&attributes), 0);
  const auto started = Committer::Start(engine_, clock_, nullptr, {}, {});
  ASSERT_EQ(::pthread_setattr_default_np(&before), 0);
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, Errc::kUnavailable);
  EXPECT_EQ(started.error().detail, static_cast<std::uint32_t>(EAGAIN));
}

// --- the bound of what waits ---

TEST_F(CommitterFailure, WhatIsUnderWayCountsAsWaiting) {
  Start({.queue_requests = 3, .queue_octets = 1'000, .group = {.requests = 1}});
  std::promise<void> go;
  std::promise<void> held;
  const auto large = [](const char* name, std::size_t octets) {
    Wish wish = Creates(name);
    wish.content.assign(octets, 'x');
    return wish;
  };
  auto first = Send(*committer_, large("88.118/A", 600), {.on_decide = [&] {
    held.set_value();
    go.get_future().wait();
  }});
  held.get_future().wait();  // it is taken out of the queue
  EXPECT_EQ(Do(large("88.118/B", 401)).kind, Kind::kBusy);
  auto second = Send(*committer_, large("88.118/C", 200));
  auto third = Send(*committer_, large("88.118/D", 200));
  EXPECT_EQ(Do(large("88.118/E", 0)).kind, Kind::kBusy) << "three are under way or wait";
  go.set_value();
  for (auto* one : {&first, &second, &third}) EXPECT_EQ(one->get().kind, Kind::kCommitted);
  EXPECT_EQ(Do(large("88.118/F", 5'000)).kind, Kind::kCommitted) << "all is given back";
}

}  // namespace
}  // namespace idnode::ledger
