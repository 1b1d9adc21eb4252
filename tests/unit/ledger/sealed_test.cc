#include "ledger/sealed.h"

#include <gtest/gtest.h>

#include "octets.h"

namespace idnode::ledger {
namespace {

// The check value of CRC-32C: "123456789" gives E3069283 (RFC 3720 has others, in base's test).
TEST(Sealed, EndsInTheChecksum) {
  std::string value = "123456789";
  Seal(value);
  EXPECT_EQ(value, "123456789" + Octets("e3069283"));
  ASSERT_TRUE(Unseal(value).ok());
  EXPECT_EQ(Unseal(value).value(), "123456789");
  EXPECT_EQ(Unseal(value).value().data(), value.data()) << "a view, no copy";
}

TEST(Sealed, NothingCanBeSealedToo) {
  std::string value;
  Seal(value);
  EXPECT_EQ(value, Octets("00000000"));
  EXPECT_EQ(Unseal(value).value(), "");
}

TEST(Sealed, EveryFlippedBitAndEveryPrefixIsRefused) {
  const std::string value = SealedOctets("a stored value");
  for (std::size_t bit = 0; bit < 8 * value.size(); ++bit) {
    std::string flipped = value;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(Unseal(flipped).ok()) << bit;
    EXPECT_EQ(Unseal(flipped).error().code, Errc::kCorrupt);
  }
  ExpectEveryPrefixRefused(value, Errc::kCorrupt, Unseal);
}

}  // namespace
}  // namespace idnode::ledger
