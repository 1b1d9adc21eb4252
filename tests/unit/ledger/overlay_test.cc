#include "ledger/overlay.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/memory/memory_engine.h"

namespace idnode::ledger {
namespace {

using store::Family;

class OverlayTest : public testing::Test {
 protected:
  OverlayTest() {
    disk_.Of(Family::kRecords)["below"] = "old";
    disk_.Of(Family::kRecords)["both"] = "old";
  }

  std::string Read(Family family, std::string_view key) const {
    std::string value = "left over";
    const Status read = overlay_.Get(family, key, value);
    if (!read.ok()) return read.error().code == Errc::kNotFound ? "(absent)" : "(error)";
    return value;
  }

  store::MemoryDisk disk_;
  store::MemoryEngine engine_{disk_};
  Overlay overlay_{engine_};
};

TEST_F(OverlayTest, ShowsWhatWasSetAndBelowItWhatIsStored) {
  overlay_.Set({Family::kRecords, "both", "new"});
  overlay_.Set({Family::kRecords, "above", "new"});
  EXPECT_EQ(Read(Family::kRecords, "below"), "old");
  EXPECT_EQ(Read(Family::kRecords, "both"), "new");
  EXPECT_EQ(Read(Family::kRecords, "above"), "new");
  EXPECT_EQ(Read(Family::kRecords, "neither"), "(absent)");
  EXPECT_EQ(Read(Family::kControl, "above"), "(absent)") << "families are apart";
  EXPECT_TRUE(overlay_.IsSet(Family::kRecords, "both"));
  EXPECT_FALSE(overlay_.IsSet(Family::kRecords, "below")) << "stored is not set";
  EXPECT_FALSE(overlay_.IsSet(Family::kControl, "above"));
  EXPECT_EQ(disk_.Of(Family::kRecords).at("both"), "old") << "nothing is written";
}

TEST_F(OverlayTest, CountsKeysOnceAndTheOctetsOfTheLastValue) {
  EXPECT_EQ(overlay_.keys(), 0U);
  EXPECT_EQ(overlay_.octets(), 0U);
  overlay_.Set({Family::kRecords, "key", "12345"});
  EXPECT_EQ(overlay_.octets(), 8U);
  overlay_.Set({Family::kRecords, "key", "1"});
  EXPECT_EQ(overlay_.keys(), 1U);
  EXPECT_EQ(overlay_.octets(), 4U);
  overlay_.Set({Family::kRecords, "key", "123"});
  EXPECT_EQ(overlay_.octets(), 6U);
  overlay_.Set({Family::kLeaf, "key", "1"});
  EXPECT_EQ(overlay_.keys(), 2U);
  EXPECT_EQ(overlay_.octets(), 10U);
}

TEST_F(OverlayTest, GivesEveryKeyOnceWithItsLastValue) {
  overlay_.Set({Family::kRecords, "a", "1"});
  overlay_.Set({Family::kCounts, "a", "2"});
  overlay_.Set({Family::kRecords, "a", "3"});
  std::vector<store::Put> puts = overlay_.Puts();
  std::sort(puts.begin(), puts.end(), [](const store::Put& left, const store::Put& right) {
    return left.family < right.family;
  });
  ASSERT_EQ(puts.size(), 2U);
  EXPECT_EQ(puts[0].family, Family::kRecords);
  EXPECT_EQ(puts[0].value, "3");
  EXPECT_EQ(puts[1].family, Family::kCounts);
  EXPECT_EQ(puts[1].key, "a");
  EXPECT_EQ(puts[1].value, "2");
}

TEST_F(OverlayTest, KeysMayHoldAnyOctets) {
  const std::string key("\0\xFF\0", 3);
  overlay_.Set({Family::kRecords, key, "v"});
  EXPECT_EQ(Read(Family::kRecords, key), "v");
  EXPECT_EQ(Read(Family::kRecords, key.substr(0, 2)), "(absent)");
}

}  // namespace
}  // namespace idnode::ledger
