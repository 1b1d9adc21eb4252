#include "base/hex.h"

#include <gtest/gtest.h>

namespace idnode {
namespace {

using Octets = std::vector<std::uint8_t>;

TEST(Hex, WritesLowerCaseAndReadsBoth) {
  EXPECT_EQ(ToHex(Octets{}), "");
  EXPECT_EQ(ToHex(Octets{0x00, 0x0F, 0xA0, 0xFF}), "000fa0ff");
  EXPECT_EQ(FromHex("000fA0Ff").value(), (Octets{0x00, 0x0F, 0xA0, 0xFF}));
  EXPECT_TRUE(FromHex("").value().empty());
}

TEST(Hex, EveryOctetSurvives) {
  Octets all;
  for (int octet = 0; octet < 256; ++octet) all.push_back(static_cast<std::uint8_t>(octet));
  EXPECT_EQ(FromHex(ToHex(all)).value(), all);
}

TEST(Hex, RefusesOtherCharactersAndOddLengths) {
  for (const char* text : {"0g", "0G", "0/", "0:", "0@", "0`", "0 ", "0x"}) {
    const auto octets = FromHex(text);
    ASSERT_FALSE(octets.ok()) << text;
    EXPECT_EQ(octets.error().code, Errc::kMalformed);
    EXPECT_EQ(octets.error().detail, 1U);
  }
  const auto odd = FromHex("abc");
  ASSERT_FALSE(odd.ok());
  EXPECT_EQ(odd.error().detail, 3U);
}

}  // namespace
}  // namespace idnode
