#include "store/memory/memory_engine.h"

#include <gtest/gtest.h>

namespace idnode::store {
namespace {

TEST(MemoryEngine, InjectsStaleOnceAfterTheSparedCommits) {
  MemoryDisk disk;
  MemoryEngine engine(disk);
  engine.Inject(MemoryEngine::Fault::kStale, 1);
  EXPECT_EQ(engine.Commit("", "1", {}, {}).value(), Outcome::kCommitted);
  EXPECT_EQ(engine.Commit("1", "2", {}, {}).value(), Outcome::kStale);
  EXPECT_EQ(engine.Head().value(), "1");
  EXPECT_EQ(engine.Commit("1", "2", {}, {}).value(), Outcome::kCommitted);
}

TEST(MemoryEngine, ALateCommitComesJustBeforeTheNextOrTooLate) {
  for (const bool too_late : {false, true}) {
    MemoryDisk disk;
    MemoryEngine engine(disk);
    engine.Inject(MemoryEngine::Fault::kUnknownLate);
    EXPECT_EQ(engine.Commit("", "1/late", {}, {}).value(), Outcome::kUnknown);
    ASSERT_TRUE(engine.Reopen().ok());
    EXPECT_EQ(engine.Head().value(), "") << "not yet";
    if (too_late) disk.Of(Family::kMeta)["head"] = "1/other";  // as another writer would
    EXPECT_EQ(engine.Commit("", "1/next", {}, {}).value(), Outcome::kStale);
    EXPECT_EQ(engine.Head().value(), too_late ? "1/other" : "1/late");
  }
}

}  // namespace
}  // namespace idnode::store
