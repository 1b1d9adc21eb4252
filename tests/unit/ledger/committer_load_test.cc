// Many at once: what is sent from many threads is answered once each, and the log and the views are
// what one after the other would have made.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "fixture.h"
#include "honesty.h"
#include "hooked_engine.h"
#include "ledger/log.h"
#include "recount.h"

namespace idnode::ledger {
namespace {

using Kind = Answer::Kind;
using store::MemoryEngine;
using store::Outcome;

constexpr int kThreads = 8;
constexpr int kEach = 150;

class CommitterLoad : public testing::Test {
 protected:
  void Start(const Committer::Options& options) {
    committer_ = Committer::Start(engine_, clock_, nullptr, {}, options).value();
  }

  // Each thread sends its wishes, several under way at a time, some of them about the same
  // identifiers as the others'.
  void SendFromMany() {
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([this, thread] { SendAsOne(thread); });
    }
    for (std::thread& thread : threads) thread.join();
  }

  void SendAsOne(int thread) {
    std::minstd_rand random(static_cast<std::uint32_t>(thread) + 1);
    std::vector<std::pair<Wish, std::future<Answer>>> waiting;
    std::vector<Sent> sent;
    const auto collect = [&] {
      for (auto& [wish, answer] : waiting) sent.push_back({wish, answer.get()});
      waiting.clear();
    };
    for (int i = 0; i < kEach; ++i) {
      const std::string shared = "88.118/" + std::to_string(random() % 20);
      const std::string own = "88.119/" + std::to_string(thread) + "-" + std::to_string(i);
      Wish wish = random() % 2 == 0   ? Creates(own)
                  : random() % 3 == 0 ? Deletes(shared)
                  : random() % 2 == 0 ? Updates(shared)
                                      : Creates(shared);
      auto answer = Send(*committer_, wish);
      waiting.emplace_back(std::move(wish), std::move(answer));
      if (waiting.size() == 16) collect();
    }
    collect();
    const std::scoped_lock lock(mutex_);
    sent_.insert(sent_.end(), sent.begin(), sent.end());
  }

  std::map<Kind, int> Kinds() const {
    std::map<Kind, int> kinds;
    for (const Sent& one : sent_) ++kinds[one.answer.kind];
    return kinds;
  }

  void StopAndCheck() {
    committer_.reset();
    MemoryEngine restarted(disk_);
    ExpectHonest(ExpectAgreement(restarted), sent_);
  }

  SystemClock clock_;
  store::MemoryDisk disk_;
  HookedEngine engine_{disk_};
  std::unique_ptr<Committer> committer_;
  std::mutex mutex_;
  std::vector<Sent> sent_;
};

TEST_F(CommitterLoad, EveryRequestOfManyThreadsIsAnsweredOnceAndHonestly) {
  Start({});
  SendFromMany();
  EXPECT_EQ(sent_.size(), std::size_t{kThreads} * kEach);
  auto kinds = Kinds();
  EXPECT_GT(kinds[Kind::kCommitted], kThreads * kEach / 3);
  EXPECT_GT(kinds[Kind::kRefused], 0);
  EXPECT_EQ(kinds[Kind::kCommitted] + kinds[Kind::kRefused], kThreads * kEach);
  StopAndCheck();
}

TEST_F(CommitterLoad, AFullQueueIsBusyAndLosesNothingElse) {
  engine_.on_commit = [](std::size_t) -> std::optional<Result<Outcome>> {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // a disk that takes its time
    return std::nullopt;
  };
  Start({.queue_requests = 8, .group = {.requests = 4}});
  SendFromMany();
  auto kinds = Kinds();
  EXPECT_GT(kinds[Kind::kBusy], 0);
  EXPECT_GT(kinds[Kind::kCommitted], 0);
  StopAndCheck();
}

TEST_F(CommitterLoad, WhatWaitsIsBoundedInOctetsToo) {
  Start({.queue_octets = 1'000});
  const auto large = [](const std::string& name, std::size_t octets) {
    Wish wish = Creates("88.118/" + name);
    wish.content.assign(octets, 'x');
    return wish;
  };
  auto answers =
      SendTogether(*committer_, {large("alone", 5'000), large("too-much", 1), large("nothing", 0)});
  EXPECT_EQ(answers[0].get().kind, Kind::kCommitted) << "one has room, however large";
  EXPECT_EQ(answers[1].get().kind, Kind::kBusy);
  EXPECT_EQ(answers[2].get().kind, Kind::kBusy);

  answers = SendTogether(*committer_, {large("600", 600), large("400", 400), large("1", 1)});
  EXPECT_EQ(answers[0].get().kind, Kind::kCommitted);
  EXPECT_EQ(answers[1].get().kind, Kind::kCommitted);
  EXPECT_EQ(answers[2].get().kind, Kind::kBusy);
}

TEST_F(CommitterLoad, AStoreInTroubleUnderLoadLosesNothing) {
  std::minstd_rand random(17);
  engine_.on_commit = [&](std::size_t) -> std::optional<Result<Outcome>> {
    constexpr std::array<MemoryEngine::Fault, 3> kFaults = {MemoryEngine::Fault::kStale,
                                                            MemoryEngine::Fault::kUnknownLost,
                                                            MemoryEngine::Fault::kUnknownApplied};
    if (random() % 4 == 0) engine_.below().Inject(kFaults.at(random() % kFaults.size()));
    return std::nullopt;
  };
  engine_.on_reopen = [&](std::size_t) -> std::optional<Error> {
    if (random() % 2 == 0) return std::nullopt;
    return Error{Errc::kUnavailable, 0, "not now, on order"};
  };
  Start({.group = {.requests = 16}, .retry = std::chrono::milliseconds(1)});
  SendFromMany();
  EXPECT_GT(Kinds()[Kind::kCommitted], 0);
  StopAndCheck();
}

TEST_F(CommitterLoad, StoppingInTheMidstAnswersEverybody) {
  Start({.group = {.requests = 8}});
  std::thread stopper([&] {
    while (committer_->state().head.seq() < 50) std::this_thread::yield();
    committer_->Stop();
  });
  SendFromMany();
  stopper.join();
  auto kinds = Kinds();
  EXPECT_GE(kinds[Kind::kCommitted], 50);
  EXPECT_GT(kinds[Kind::kUnavailable], 0);
  StopAndCheck();
}

// Whoever reads while it is written sees a state that was: a head, and every entry below it.
TEST_F(CommitterLoad, ReadersSeeWholeCommits) {
  Start({.group = {.requests = 8}});
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      const auto snapshot = engine_.TakeSnapshot();
      ASSERT_TRUE(snapshot.ok());
      ExpectAgreement(*snapshot.value());
      const Seq seq = committer_->state().head.seq();
      EXPECT_TRUE(seq == 0 || ReadLeaf(engine_.below(), seq - 1).ok());
    }
  });
  SendFromMany();
  done = true;
  reader.join();
  StopAndCheck();
}

}  // namespace
}  // namespace idnode::ledger
