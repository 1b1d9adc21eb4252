#include "audit/verify.h"

#include <gtest/gtest.h>

#include "ledger/log.h"
#include "sample_log.h"
#include "store/memory/memory_engine.h"

namespace idnode::audit {
namespace {

std::string Show(const Verification& verification) {
  std::string out;
  for (const Difference& difference : verification.differences) out += InWords(difference) + "\n";
  return out;
}

class VerifyTest : public testing::Test {
 protected:
  Verification Run() {
    auto verified = Verify(engine_, {});
    EXPECT_TRUE(verified.ok());
    return std::move(verified).value();
  }

  store::MemoryDisk disk_;
  store::MemoryEngine engine_{disk_};
};

TEST_F(VerifyTest, FindsNothingWrongWithAnEmptyStore) {
  const Verification verified = Run();
  EXPECT_TRUE(verified.ok()) << Show(verified);
  EXPECT_EQ(verified.entries, 0U);
}

TEST_F(VerifyTest, FindsNothingWrongWithWhatTheCommitterWrote) {
  MakeSampleLog(engine_);
  const Verification verified = Run();
  EXPECT_TRUE(verified.ok()) << Show(verified);
  const ledger::Head head = ledger::ReadHead(engine_).value();
  EXPECT_EQ(verified.entries, head.seq());
  EXPECT_EQ(verified.root, head.tree.Root());
  EXPECT_GT(head.lag_ms, 0);
}

}  // namespace
}  // namespace idnode::audit
