#include "crypto/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace idnode::crypto {
namespace {

TEST(Random, FillsEveryOctet) {
  // An octet that stays zero in 16 draws is a mistake (chance 2^-128), not bad luck.
  constexpr std::size_t kSize = (2U << 20) + 3;  // more than one call of OpenSSL
  std::vector<std::uint8_t> seen(kSize);
  std::vector<std::uint8_t> drawn(kSize);
  for (int i = 0; i < 16; ++i) {
    FillRandom(drawn);
    for (std::size_t k = 0; k < kSize; ++k) seen[k] = static_cast<std::uint8_t>(seen[k] | drawn[k]);
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 0), 0);
}

TEST(Random, NeverRepeats) {
  std::array<std::uint8_t, 16> first{};
  std::array<std::uint8_t, 16> second{};
  FillRandom(first);
  FillRandom(second);
  EXPECT_NE(first, second);
  FillRandom({});
}

}  // namespace
}  // namespace idnode::crypto
