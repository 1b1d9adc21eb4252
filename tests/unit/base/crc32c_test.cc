#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <numeric>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace idnode {
namespace {

struct Vector {
  std::string name;
  std::vector<std::uint8_t> octets;
  std::uint32_t crc;
  friend void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.name; }
};

std::vector<std::uint8_t> Counting(int first, int step) {
  std::vector<std::uint8_t> octets(32);
  for (int i = 0; i < 32; ++i) {
    octets[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(first + step * i);
  }
  return octets;
}

// RFC 3720, section B.4 (which prints the octets of each checksum last one first), and the check
// value that catalogues of checksums give for "123456789".
std::vector<Vector> Vectors() {
  return {
      {"Zeros", std::vector<std::uint8_t>(32, 0x00), 0x8A9136AA},
      {"Ones", std::vector<std::uint8_t>(32, 0xFF), 0x62A8AB43},
      {"Incrementing", Counting(0x00, 1), 0x46DD794E},
      {"Decrementing", Counting(0x1F, -1), 0x113FDB5C},
      {"IscsiRead10",
       {0x01, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00,
        0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x18, 0x28, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00},
       0xD9963A56},
      {"CheckValue", {'1', '2', '3', '4', '5', '6', '7', '8', '9'}, 0xE3069283},
      {"Empty", {}, 0},
  };
}

class Crc32cVector : public testing::TestWithParam<Vector> {};

TEST_P(Crc32cVector, IsWhatTheSourceSays) {
  EXPECT_EQ(Crc32c(GetParam().octets), GetParam().crc);
  EXPECT_EQ(Crc32cByTable(GetParam().octets), GetParam().crc);
}

INSTANTIATE_TEST_SUITE_P(Published, Crc32cVector, testing::ValuesIn(Vectors()),
                         [](const auto& vector) { return vector.param.name; });

TEST(Crc32c, BothPathsAgreeOnAnyLengthAlignmentAndStart) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  std::vector<std::uint8_t> octets(4096);
  for (auto& octet : octets) octet = static_cast<std::uint8_t>(random());
  for (int round = 0; round < 2000; ++round) {
    const std::size_t from = random() % 64;
    const std::size_t size = round < 100 ? static_cast<std::size_t>(round) : random() % 4000;
    const Bytes part = Bytes(octets).subspan(from, size);
    const auto before = static_cast<std::uint32_t>(random());
    ASSERT_EQ(Crc32c(part), Crc32cByTable(part)) << from << " +" << size;
    ASSERT_EQ(Crc32c(part, before), Crc32cByTable(part, before)) << from << " +" << size;
  }
}

TEST(Crc32c, GoesOnWhereAnotherEnded) {
  std::vector<std::uint8_t> octets(100);
  std::iota(octets.begin(), octets.end(), std::uint8_t{0});
  const Bytes all(octets);
  for (std::size_t cut = 0; cut <= octets.size(); ++cut) {
    EXPECT_EQ(Crc32c(all.subspan(cut), Crc32c(all.first(cut))), Crc32c(all)) << cut;
  }
}

TEST(Crc32c, NoticesEveryFlippedBit) {
  std::vector<std::uint8_t> octets = Counting(7, 11);
  const std::uint32_t whole = Crc32c(octets);
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    octets[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_NE(Crc32c(octets), whole) << bit;
    octets[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  }
}

}  // namespace
}  // namespace idnode
