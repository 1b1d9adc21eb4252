#include "base/clock.h"

#include <gtest/gtest.h>

#include <chrono>

namespace idnode {
namespace {

TEST(SystemClock, TellsTheTimeOfTheStandardLibrary) {
  const auto standard = [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  const SystemClock clock;
  const auto before = standard();
  const auto now = clock.WallMs();
  EXPECT_LE(before, now);
  EXPECT_LE(now, standard());
}

TEST(SystemClock, BootTimeNeverGoesBack) {
  const SystemClock clock;
  auto last = clock.BootMs();
  EXPECT_GT(last, 0);
  for (int i = 0; i < 10'000; ++i) {
    const auto now = clock.BootMs();
    ASSERT_LE(last, now);
    last = now;
  }
}

TEST(ManualClock, AdvanceMovesBothAndSetWallOnlyOne) {
  ManualClock clock(1'000, 50);
  EXPECT_EQ(clock.WallMs(), 1'000);
  EXPECT_EQ(clock.BootMs(), 50);
  clock.Advance(25);
  EXPECT_EQ(clock.WallMs(), 1'025);
  EXPECT_EQ(clock.BootMs(), 75);
  clock.SetWall(-3);
  EXPECT_EQ(clock.WallMs(), -3);
  EXPECT_EQ(clock.BootMs(), 75);
}

}  // namespace
}  // namespace idnode
