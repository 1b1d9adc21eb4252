#include "monitor/feed_cursor.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "ledger/sealed.h"

namespace idnode::monitor {
namespace {

FeedCursor Sample() {
  FeedCursor cursor{.seq = 0x0102030405060708};
  cursor.log_id.fill(0xAA);
  cursor.last.fill(0xBB);
  cursor.reach.fill(0xCC);
  return cursor;
}

TEST(FeedCursor, HasTheOctetsOfItsTable) {
  const std::string octets = EncodeFeedCursor(Sample());
  std::string expected = "02";
  for (int i = 0; i < 32; ++i) expected += "aa";
  expected += "0102030405060708";
  for (int i = 0; i < 16; ++i) expected += "bb";
  for (int i = 0; i < 8; ++i) expected += "cc";
  EXPECT_EQ(octets.size(), kFeedCursorSize);
  EXPECT_EQ(ToHex(AsBytes(octets)).substr(0, expected.size()), expected);
}

TEST(FeedCursor, ReadsWhatItWrote) {
  const auto decoded = DecodeFeedCursor(EncodeFeedCursor(Sample()));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.value(), Sample());
}

TEST(FeedCursor, RefusesOtherVersions) {
  for (const char version : {'\0', '\1', '\3'}) {
    std::string octets = EncodeFeedCursor(Sample()).substr(0, 65);
    octets[0] = version;
    ledger::Seal(octets);
    EXPECT_FALSE(DecodeFeedCursor(octets).ok()) << static_cast<int>(version);
  }
}

TEST(FeedCursor, RefusesEveryPrefixAndEveryFlippedBit) {
  const std::string octets = EncodeFeedCursor(Sample());
  for (std::size_t size = 0; size < octets.size(); ++size) {
    EXPECT_FALSE(DecodeFeedCursor(octets.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodeFeedCursor(octets + '\0').ok());
  for (std::size_t bit = 0; bit < 8 * octets.size(); ++bit) {
    std::string flipped = octets;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto decoded = DecodeFeedCursor(flipped);
    ASSERT_FALSE(decoded.ok()) << bit;
    EXPECT_EQ(decoded.error().code, Errc::kMalformed);
  }
}

TEST(FeedCursor, RefusesTheBeginning) {
  FeedCursor cursor = Sample();
  cursor.seq = 0;  // no entry, so no last one
  EXPECT_FALSE(DecodeFeedCursor(EncodeFeedCursor(cursor)).ok());
}

}  // namespace
}  // namespace idnode::monitor
