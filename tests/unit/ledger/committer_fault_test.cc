// Whatever the store does, at whatever commit: every request gets one answer, no answer is a lie,
// the log and the views agree, and writing goes on.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

#include "fixture.h"
#include "honesty.h"
#include "hooked_engine.h"
#include "ledger/committer.h"
#include "recount.h"

namespace idnode::ledger {
namespace {

using store::MemoryEngine;
using store::Outcome;

// What may happen to a commit.
enum class Trouble : std::uint8_t {
  kStale,
  kUnknownLost,
  kUnknownApplied,
  kUnknownLate,
  kUnavailable,  // an error instead of an outcome: nothing was changed
  kCorrupt,
};
constexpr std::array<Trouble, 6> kTroubles = {Trouble::kStale,          Trouble::kUnknownLost,
                                              Trouble::kUnknownApplied, Trouble::kUnknownLate,
                                              Trouble::kUnavailable,    Trouble::kCorrupt};

std::optional<Result<Outcome>> Cause(Trouble trouble, MemoryEngine& engine) {
  switch (trouble) {
    case Trouble::kStale:
      engine.Inject(MemoryEngine::Fault::kStale);
      return std::nullopt;
    case Trouble::kUnknownLost:
      engine.Inject(MemoryEngine::Fault::kUnknownLost);
      return std::nullopt;
    case Trouble::kUnknownApplied:
      engine.Inject(MemoryEngine::Fault::kUnknownApplied);
      return std::nullopt;
    case Trouble::kUnknownLate:
      engine.Inject(MemoryEngine::Fault::kUnknownLate);
      return std::nullopt;
    case Trouble::kUnavailable:
      return Error{Errc::kUnavailable, 0, "the disk is away, on order"};
    case Trouble::kCorrupt:
      return Error{Errc::kCorrupt, 0, "the disk is broken, on order"};
  }
  return std::nullopt;
}

// Some lives of identifiers, in waves that come to the committer together; within one wave later
// wishes build on earlier ones.
std::vector<std::vector<Wish>> SomeWaves() {
  Wish by_stream = Creates("88.118/STREAM");
  by_stream.origin.channel = Channel::kStream;
  std::vector<std::vector<Wish>> waves(4);
  waves[0].push_back(PutsControl("p88.118", "prefix"));
  waves[0].push_back(Creates("88.118/A"));
  waves[1].push_back(Creates("88.118/B"));
  waves[1].push_back(Updates("88.118/b"));
  waves[1].push_back(Deletes("88.118/B"));
  waves[1].push_back(Creates("88.118/B"));
  waves[1].push_back(Creates("88.118/A"));  // refused
  waves[1].push_back(by_stream);
  waves[1].push_back(Deletes("88.118/C"));  // refused
  waves[2].push_back(Deletes("88.118/A"));
  waves[2].push_back(AcceptsClock());
  waves[2].push_back(Creates("88.119/A"));
  waves[2].push_back(Creates("88.119/B"));
  waves[3].push_back(Updates("88.119/A"));
  return waves;
}

// A committer on an engine that makes trouble on order, and what was sent to it.
class FaultRun {
 public:
  using OnCommit = std::function<std::optional<Trouble>(std::size_t)>;

  // Trouble of commits; how reopening goes (true: it fails).
  FaultRun(OnCommit on_commit, std::function<bool(std::size_t)> on_reopen) {
    engine_.on_commit = [this, on_commit = std::move(on_commit)](
                            std::size_t commit) -> std::optional<Result<Outcome>> {
      const auto trouble = on_commit(commit);
      return trouble.has_value() ? Cause(*trouble, engine_.below()) : std::nullopt;
    };
    engine_.on_reopen = [on_reopen =
                             std::move(on_reopen)](std::size_t reopen) -> std::optional<Error> {
      if (!on_reopen(reopen)) return std::nullopt;
      return Error{Errc::kUnavailable, 0, "not now, on order"};
    };
  }

  HookedEngine& engine() noexcept { return engine_; }

  // Sends all waves, waits until writing works again, then restarts and checks everything. Returns
  // how often each kind of answer came.
  std::map<Answer::Kind, int> Go(int rounds = 1) {
    auto started =
        Committer::Start(engine_, clock_, nullptr, {},
                         {.group = {.requests = 3}, .retry = std::chrono::milliseconds(1)});
    committer_ = std::move(started).value();
    for (int round = 0; round < rounds; ++round) SendWaves();
    Recover();
    committer_.reset();

    MemoryEngine restarted(disk_);
    ExpectHonest(ExpectAgreement(restarted), sent_);
    std::map<Answer::Kind, int> kinds;
    for (const Sent& one : sent_) ++kinds[one.answer.kind];
    return kinds;
  }

 private:
  void SendWaves() {
    for (const std::vector<Wish>& wave : SomeWaves()) {
      auto answers = SendTogether(*committer_, wave);
      for (std::size_t i = 0; i < wave.size(); ++i) sent_.push_back({wave[i], answers[i].get()});
      clock_.Advance(1'000);
    }
  }

  // Writing works again, if need be after a while.
  void Recover() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    do {
      const Wish wish = Creates("88.120/" + std::to_string(sent_.size()));
      sent_.push_back({wish, Send(*committer_, wish).get()});
      ASSERT_LT(std::chrono::steady_clock::now(), deadline)
          << "writing never recovers: " << testing::PrintToString(sent_.back().answer);
      std::this_thread::yield();
    } while (sent_.back().answer.kind != Answer::Kind::kCommitted);
    EXPECT_TRUE(committer_->state().accepts_writes);
  }

  ManualClock clock_{kTestTime, 1'000'000};
  store::MemoryDisk disk_;
  HookedEngine engine_{disk_};
  std::unique_ptr<Committer> committer_;
  std::vector<Sent> sent_;
};

struct Case {
  const char* name;
  Trouble trouble;
  std::size_t failing_reopens;
  bool leaves_open;  // some outcomes cannot be known
  friend void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }
};

class CommitterFaultAt : public testing::TestWithParam<Case> {};

TEST_P(CommitterFaultAt, EveryPositionEndsWell) {
  const Case& row = GetParam();
  int unknown = 0;
  std::size_t position = 1;
  for (bool happens = true; happens && !HasFailure(); ++position) {
    SCOPED_TRACE(position);
    happens = false;
    FaultRun run(
        [&](std::size_t commit) {
          if (commit != position) return std::optional<Trouble>();
          happens = true;
          return std::optional(row.trouble);
        },
        [&](std::size_t reopen) { return reopen <= row.failing_reopens; });
    unknown += run.Go()[Answer::Kind::kOutcomeUnknown];
  }
  EXPECT_GT(position, 8U) << "there are more commits than that";
  EXPECT_EQ(unknown > 0, row.leaves_open) << unknown;
}

INSTANTIATE_TEST_SUITE_P(
    Table, CommitterFaultAt,
    testing::Values(Case{"Stale", Trouble::kStale, 0, false},
                    Case{"Lost", Trouble::kUnknownLost, 0, false},
                    Case{"LostAndReopeningFailsOnce", Trouble::kUnknownLost, 1, true},
                    Case{"LostAndReopeningFailsLong", Trouble::kUnknownLost, 4, true},
                    Case{"Applied", Trouble::kUnknownApplied, 0, false},
                    Case{"AppliedAndReopeningFailsOnce", Trouble::kUnknownApplied, 1, true},
                    Case{"AppliedAndReopeningFailsLong", Trouble::kUnknownApplied, 4, true},
                    Case{"Late", Trouble::kUnknownLate, 0, false},
                    Case{"LateAndReopeningFailsOnce", Trouble::kUnknownLate, 1, true},
                    Case{"Unavailable", Trouble::kUnavailable, 0, false},
                    Case{"UnavailableAndReopeningFails", Trouble::kUnavailable, 2, false},
                    Case{"Corrupt", Trouble::kCorrupt, 0, false},
                    Case{"CorruptAndReopeningFails", Trouble::kCorrupt, 2, false}),
    [](const auto& param) { return std::string(param.param.name); });

// Also while trouble is being settled: a third of all commits, and half of all attempts to open
// again.
TEST(CommitterFault, TroubleUponTroubleEndsWell) {
  std::map<Answer::Kind, int> kinds;
  // Until all of them have occurred often. How soon depends on which requests happen to share a
  // group.
  constexpr int kOften = 30;
  const auto is_enough = [&] {
    return kinds[Answer::Kind::kCommitted] > kOften &&
           kinds[Answer::Kind::kOutcomeUnknown] > kOften &&
           kinds[Answer::Kind::kUnavailable] > kOften;
  };
  for (std::uint32_t seed = 1; !is_enough() && !testing::Test::HasFailure(); ++seed) {
    ASSERT_LE(seed, 2'000U) << testing::PrintToString(kinds);
    SCOPED_TRACE(seed);
    std::minstd_rand random(seed);
    FaultRun run(
        [&](std::size_t) {
          if (random() % 3 != 0) return std::optional<Trouble>();
          return std::optional(kTroubles.at(random() % kTroubles.size()));
        },
        [&](std::size_t) { return random() % 2 != 0; });
    for (const auto& [kind, times] : run.Go(3)) kinds[kind] += times;
  }
}

TEST(CommitterFault, AReadThatFailsFailsItsRequestAlone) {
  std::size_t position = 1;
  for (bool happens = true; happens && !testing::Test::HasFailure(); ++position) {
    SCOPED_TRACE(position);
    happens = false;
    FaultRun run([](std::size_t) { return std::nullopt; }, [](std::size_t) { return false; });
    run.engine().on_get = [&](std::size_t get) -> std::optional<Error> {
      if (get != position) return std::nullopt;
      happens = true;
      return Error{Errc::kUnavailable, 0, "unreadable, on order"};
    };
    auto kinds = run.Go();
    EXPECT_LE(kinds[Answer::Kind::kUnavailable], 1);
    EXPECT_EQ(kinds[Answer::Kind::kOutcomeUnknown], 0);
  }
  EXPECT_GT(position, 40U) << "there are more reads than that";
}

}  // namespace
}  // namespace idnode::ledger
