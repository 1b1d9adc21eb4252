#include "ledger/clock_rule.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "octets.h"

namespace idnode::ledger {
namespace {

constexpr std::int64_t kNow = 1'794'985'600'000;
constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

class ClockRuleTest : public testing::Test {
 protected:
  // What comes of an entry now: its time, or what is wrong.
  std::string Next() {
    const Result<Moment> moment = rule_.Next(head_);
    if (!moment.ok()) {
      EXPECT_EQ(moment.error().code, Errc::kUnavailable);
      return std::string(moment.error().what) + " " + std::to_string(moment.error().detail);
    }
    EXPECT_EQ(moment.value().wall_ms, clock_.WallMs());
    return std::to_string(moment.value().time_ms - kNow);
  }

  // Writes an entry of `kind` at the moment that the rule gives, into the head.
  void Write(EntryKind kind = EntryKind::kCreated) {
    const bool accepts = kind == EntryKind::kClockAccepted;
    const Moment moment = accepts ? rule_.Accepting(head_) : rule_.Next(head_).value();
    const Leaf leaf{.time_ms = moment.time_ms, .kind = kind};
    head_.lag_ms =
        NextLag(head_.lag_ms, head_.time_ms, leaf, EncodeClockAcceptance(moment.wall_ms));
    head_.time_ms = moment.time_ms;
    if (accepts) rule_.Accept();
  }

  void Accept() { Write(EntryKind::kClockAccepted); }
  void Restart() { rule_ = ClockRule(clock_); }
  void Step(std::int64_t ms) { clock_.SetWall(clock_.WallMs() + ms); }

  ManualClock clock_{kNow, 5'000};
  ClockRule rule_{clock_};
  Head head_{.time_ms = kNow};
};

TEST_F(ClockRuleTest, TimeIsTheWallClock) {
  EXPECT_EQ(Next(), "0");
  clock_.Advance(7);
  EXPECT_EQ(Next(), "7");
  head_ = Head{};
  EXPECT_EQ(Next(), "7") << "an empty log has no time that binds";
}

TEST_F(ClockRuleTest, ASmallStepBackHoldsTime) {
  Step(-kMaxBehindMs);
  EXPECT_EQ(Next(), "0") << "exactly 5 minutes are let through";
  Step(-1);
  EXPECT_EQ(Next(), "clock behind 300") << "a millisecond more is not";
}

TEST_F(ClockRuleTest, AJumpAheadOfTheSteadyClockIsRefused) {
  Step(kMaxAheadMs);
  EXPECT_EQ(Next(), "600000") << "exactly 10 minutes are let through";
  Step(1);
  EXPECT_EQ(Next(), "clock ahead 600");
  Step(-1);
  EXPECT_EQ(Next(), "600000") << "and nothing is remembered of it";
}

TEST_F(ClockRuleTest, OrdinaryTimeMayPassAtAnyLength) {
  clock_.Advance(400 * kDay);
  EXPECT_EQ(Next(), std::to_string(400 * kDay)) << "the steady clock says so, too";
}

TEST_F(ClockRuleTest, StepBackAnHour) {
  clock_.Advance(kHour);
  Write();
  Step(-kHour);
  EXPECT_EQ(Next(), "clock behind 3600");
  Restart();
  EXPECT_EQ(Next(), "clock behind 3600") << "a restart does not make it right";
  Accept();
  EXPECT_EQ(head_.time_ms, kNow + kHour);
  EXPECT_EQ(head_.lag_ms, kHour);
  EXPECT_EQ(Next(), std::to_string(kHour)) << "time stands still";
  clock_.Advance(10 * kMinute);
  Write();
  EXPECT_EQ(head_.time_ms, kNow + kHour);
  EXPECT_EQ(head_.lag_ms, kHour) << "not over yet";
  Restart();
  EXPECT_EQ(Next(), std::to_string(kHour)) << "accepted across restarts";
  clock_.Advance(50 * kMinute);
  Write();
  EXPECT_EQ(head_.lag_ms, kHour) << "at the very millisecond it is not passed";
  clock_.Advance(1);
  Write();
  EXPECT_EQ(head_.time_ms, kNow + kHour + 1) << "the wall clock has passed it";
  EXPECT_EQ(head_.lag_ms, 0);
}

TEST_F(ClockRuleTest, AfterAnAcceptedStepBackTheBoundIsMeasuredFromThere) {
  clock_.Advance(kHour);
  Write();
  Step(-kHour);
  Accept();
  Step(-kMaxBehindMs);
  EXPECT_EQ(Next(), std::to_string(kHour));
  Step(-1);
  EXPECT_EQ(Next(), "clock behind 300");
}

TEST_F(ClockRuleTest, ForwardADay) {
  Step(kDay);
  EXPECT_EQ(Next(), "clock ahead 86400");
  Accept();
  EXPECT_EQ(head_.time_ms, kNow + kDay);
  EXPECT_EQ(head_.lag_ms, 0);
  clock_.Advance(5);
  EXPECT_EQ(Next(), std::to_string(kDay + 5));
  Step(-kDay);
  EXPECT_EQ(Next(), "clock behind 86399") << "taking it back is another decision";
}

TEST_F(ClockRuleTest, AWrongStepThatIsTakenBackLeavesNothingBehind) {
  Step(kDay);
  EXPECT_EQ(Next(), "clock ahead 86400");
  Step(-kDay);
  clock_.Advance(3);
  EXPECT_EQ(Next(), "3");
  Step(-kHour);
  EXPECT_EQ(Next(), "clock behind 3599");
  Step(kHour);
  EXPECT_EQ(Next(), "3");
}

// A wall clock that gains on the steady one a little at a time, as no leap does.
TEST_F(ClockRuleTest, SlowDriftCountsTogetherUntilItIsAccepted) {
  for (int minute = 1; minute <= 600; ++minute) {
    clock_.Advance(kMinute);
    Step(1'000);
    ASSERT_EQ(Next(), std::to_string(minute * (kMinute + 1'000)));
    Write();
  }
  clock_.Advance(kMinute);
  Step(1'000);
  EXPECT_EQ(Next(), "clock ahead 601");
  Accept();
  for (int minute = 1; minute <= 600; ++minute) {
    clock_.Advance(kMinute);
    Step(1'000);
    Write();
  }
  Step(1);
  EXPECT_EQ(Next(), "clock ahead 600");
  Restart();
  EXPECT_NE(Next(), "clock ahead 600") << "a start takes the clock as right";
}

TEST_F(ClockRuleTest, ACopyIsIndependent) {
  const ClockRule before = rule_;
  Step(kDay);
  rule_.Accept();
  EXPECT_TRUE(rule_.Next(head_).ok());
  EXPECT_FALSE(before.Next(head_).ok());
}

TEST_F(ClockRuleTest, AcceptingIsPossibleWhateverTheClockShows) {
  for (const std::int64_t step : {-1'000 * kDay, 2'000 * kDay}) {
    Step(step);
    EXPECT_FALSE(rule_.Next(head_).ok());
    const Moment moment = rule_.Accepting(head_);
    EXPECT_EQ(moment.wall_ms, clock_.WallMs());
    EXPECT_EQ(moment.time_ms, std::max(head_.time_ms, clock_.WallMs()));
  }
}

TEST_F(ClockRuleTest, HowFarIsToldInSecondsAsFarAsTheyFit) {
  clock_.SetWall(0);
  head_.time_ms = std::int64_t{5'000'000'000} * 1'000;
  EXPECT_EQ(Next(), "clock behind 4294967295");
}

TEST(NextLag, IsMadeAgainFromTheEntryAlone) {
  const Leaf accepted{.time_ms = 1'000, .kind = EntryKind::kClockAccepted};
  EXPECT_EQ(NextLag(5, 1'000, accepted, EncodeClockAcceptance(400)), 600);
  EXPECT_EQ(NextLag(5, 1'000, accepted, EncodeClockAcceptance(1'000)), 0);
  EXPECT_EQ(NextLag(5, 1'000, accepted, EncodeClockAcceptance(2'000)), 0) << "never negative";
  EXPECT_EQ(NextLag(5, 1'000, accepted, "unreadable"), 0);
  const Leaf created{.time_ms = 1'000};
  EXPECT_EQ(NextLag(5, 1'000, created, {}), 5) << "time has not moved";
  EXPECT_EQ(NextLag(5, 999, created, {}), 0) << "it has";
}

TEST(ClockAcceptance, ComesBackAndIsRefusedOtherwise) {
  for (const std::int64_t wall : {std::int64_t{0}, kNow, std::int64_t{-1}}) {
    EXPECT_EQ(DecodeClockAcceptance(EncodeClockAcceptance(wall)).value(), wall);
  }
  EXPECT_EQ(EncodeClockAcceptance(0x102), Octets("0000000000000102"));
  ExpectEveryPrefixRefused(EncodeClockAcceptance(7), Errc::kCorrupt, DecodeClockAcceptance);
  EXPECT_FALSE(DecodeClockAcceptance(EncodeClockAcceptance(7) + "x").ok());
}

}  // namespace
}  // namespace idnode::ledger
