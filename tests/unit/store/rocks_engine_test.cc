#include "store/rocksdb/rocks_engine.h"

#include <gtest/gtest.h>

#include <fstream>

#include "temporary_directory.h"

namespace idnode::store {
namespace {

// The one write-ahead log in `directory`.
std::filesystem::path LogOf(const std::filesystem::path& directory) {
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().extension() == ".log") return file.path();
  }
  throw std::runtime_error("no log in " + directory.string());
}

void FlipABit(const std::filesystem::path& path, std::uintmax_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int octet = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(octet ^ 1));
}

class RocksEngineTest : public testing::Test {
 protected:
  Result<std::unique_ptr<RocksEngine>> Open() { return RocksEngine::Open(directory_.path(), {}); }

  // Three commits that stay in the write-ahead log, and the log's path.
  std::filesystem::path WriteThree() {
    const auto engine = Open();
    EXPECT_EQ(engine.value()->Commit("", "1", {}, {}).value(), Outcome::kCommitted);
    EXPECT_EQ(engine.value()->Commit("1", "2", {}, {}).value(), Outcome::kCommitted);
    EXPECT_EQ(engine.value()->Commit("2", "3", {}, {}).value(), Outcome::kCommitted);
    return LogOf(directory_.path());
  }

  const TemporaryDirectory directory_;
};

TEST_F(RocksEngineTest, ReportsADamagedLogRatherThanDropWhatLiesBehind) {
  const auto log = WriteThree();
  FlipABit(log, std::filesystem::file_size(log) / 2);
  const auto reopened = Open();
  ASSERT_FALSE(reopened.ok());
  EXPECT_EQ(reopened.error().code, Errc::kCorrupt);
}

TEST_F(RocksEngineTest, ForgivesAnUnfinishedLastRecord) {
  const auto log = WriteThree();
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 1);
  const auto reopened = Open();
  ASSERT_TRUE(reopened.ok()) << reopened.error().what;
  EXPECT_EQ(reopened.value()->Head().value(), "2");
}

TEST_F(RocksEngineTest, RefusesADirectoryThatIsOpenElsewhere) {
  const auto first = Open();
  const auto second = Open();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Errc::kUnavailable);
}

}  // namespace
}  // namespace idnode::store
