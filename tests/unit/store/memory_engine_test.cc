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

}  // namespace
}  // namespace idnode::store
