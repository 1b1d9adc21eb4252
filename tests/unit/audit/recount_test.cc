#include "audit/recount.h"

#include <gtest/gtest.h>

#include "ledger/rows.h"
#include "sample_log.h"
#include "store/memory/memory_engine.h"

namespace idnode::audit {
namespace {

class RecountTest : public testing::Test {
 protected:
  Recounted Run() {
    auto recounted = Recount(engine_, {});
    EXPECT_TRUE(recounted.ok());
    return std::move(recounted).value();
  }

  // The differences after `change` was made to the only row that `key` names.
  std::vector<std::string> After(const std::string& key, const std::string& value) {
    disk_.Of(store::Family::kCounts).insert_or_assign(key, value);
    return Run().differences;
  }

  store::MemoryDisk disk_;
  store::MemoryEngine engine_{disk_};
};

TEST_F(RecountTest, CountsNothingInAnEmptyStore) {
  const Recounted recounted = Run();
  EXPECT_TRUE(recounted.equal());
  EXPECT_EQ(recounted.total, ledger::Totals{});
}

TEST_F(RecountTest, CountsWhatHappened) {
  MakeSampleLog(engine_);
  const Recounted recounted = Run();
  EXPECT_TRUE(recounted.equal()) << testing::PrintToString(recounted.differences);
  EXPECT_EQ(recounted.prefixes, 3U);
  EXPECT_EQ(recounted.total.created, 8U + 8U + 1U + 1U);
  EXPECT_EQ(recounted.total.recreated, 1U);
  EXPECT_EQ(recounted.total.updated, 4U);
  EXPECT_EQ(recounted.total.deleted, 3U);
}

}  // namespace
}  // namespace idnode::audit
