#include "node/loss_log.h"

#include <gtest/gtest.h>

#include <atomic>

namespace idnode::node {
namespace {

TEST(GrownLosses, NamesWhatGrewAndByHowMuch) {
  const std::vector<Count> before = {{"sent", 1}, {"full", 2, true}, {"bad", 3, true}};
  const std::vector<Count> now = {{"sent", 9}, {"full", 2, true}, {"bad", 8, true}};
  EXPECT_EQ(GrownLosses(before, now), "bad +5");
  EXPECT_EQ(GrownLosses({}, now), "full +2, bad +8");
  EXPECT_EQ(GrownLosses(now, now), "");
}

class Lines final : public Logger {
 public:
  void Write(Level level, std::string_view event, Fields fields) override {
    EXPECT_EQ(level, Level::kWarning);
    EXPECT_EQ(event, "refused or dropped");
    EXPECT_EQ(fields.begin()->text, "full +1");
    ++count;
  }
  std::atomic<int> count{0};
};

TEST(LossLog, SaysNothingWhileNothingIsLost) {
  Lines lines;
  std::atomic<int> looked{0};
  {
    const LossLog log(
        [&] {
          ++looked;
          return std::vector<Count>{{"full", looked >= 3 ? 1U : 0U, true}};
        },
        std::chrono::milliseconds(1), lines);
    while (looked < 10) std::this_thread::yield();
  }
  EXPECT_EQ(lines.count, 1);
}

}  // namespace
}  // namespace idnode::node
