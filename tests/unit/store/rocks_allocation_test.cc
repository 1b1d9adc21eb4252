// A warm read allocates nothing, neither in the gate nor for the caller's string; except for what
// RocksDB allocates itself to look into a block of a table, even if that is in its cache.
#include <gtest/gtest.h>

#include <string>

#include "allocation_count.h"
#include "breakable_disk.h"
#include "store/rocksdb/rocks_engine.h"
#include "temporary_directory.h"

namespace idnode::store {
namespace {

TEST(RocksAllocation, AWarmReadAllocatesNothing) {
  const TemporaryDirectory directory;
  const auto env = rocksdb::NewCompositeEnv(std::make_shared<BreakableDisk>());
  auto opened = RocksEngine::Open(directory.path(), {.env = env.get()});
  ASSERT_TRUE(opened.ok());
  RocksEngine& engine = *opened.value();
  const std::string key = "88.118.1001/SKU-000017";
  const std::vector<Put> puts = {{Family::kRecords, key, std::string(200, 'v')}};
  ASSERT_EQ(engine.Commit("", "1", puts, {}).value(), Outcome::kCommitted);

  std::string value;
  const auto allocations_of_a_read = [&](std::string_view asked) {
    const std::size_t before = Allocations();
    const Status status = engine.Get(Family::kRecords, asked, value);
    return status.ok() || status.error().code == Errc::kNotFound ? Allocations() - before : 999;
  };
  EXPECT_GT(allocations_of_a_read(key), 0U) << "cold: the string grows, or nothing is counted";
  EXPECT_EQ(allocations_of_a_read(key), 0U) << "in memory";
  EXPECT_EQ(allocations_of_a_read("absent"), 0U);
  ASSERT_TRUE(engine.Reopen().ok());
  constexpr std::size_t kOfRocksDb = 3;  // 16 to 32 octets each; RocksDB 7.8
  EXPECT_GT(allocations_of_a_read(key), kOfRocksDb) << "cold: a block is read";
  EXPECT_LE(allocations_of_a_read(key), kOfRocksDb) << "in a table";
  EXPECT_EQ(value, std::string(200, 'v'));
  EXPECT_EQ(allocations_of_a_read("absent"), 0U) << "the filter says so";
}

}  // namespace
}  // namespace idnode::store
