#include "ledger/head.h"

#include <gtest/gtest.h>

#include "octets.h"

namespace idnode::ledger {
namespace {

const std::string kFixed =
    "00000002"                          // epoch
    "0000000000000005"                  // seq: 4 + 1
    "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"  // nonce
    "0000019f00000001"                  // time
    "0000000000000309";                 // lag
const std::string kHashes = "02" + std::string(64, '1') + std::string(64, '2');
const std::string kGate = "00000003 676174";

std::string HeadOctets(const std::string& version = "01", const std::string& hashes = kHashes,
                       const std::string& gate = kGate) {
  return SealedOctets(Octets(version + kFixed + hashes + gate));
}

Hash Filled(std::uint8_t octet) {
  Hash hash{};
  hash.fill(octet);
  return hash;
}

Head SomeHead() {
  Head head{.epoch = 2,
            .time_ms = 0x19F'0000'0001,
            .lag_ms = 0x309,
            .tree = CompactRange::Of(5, {Filled(0x11), Filled(0x22)}).value(),
            .gate = "gat"};
  for (std::size_t i = 0; i < 16; ++i) head.nonce.at(i) = static_cast<std::uint8_t>(0xC0 + i);
  return head;
}

TEST(Head, HasTheOctetsOfItsTable) {
  EXPECT_EQ(EncodeHead(SomeHead()), HeadOctets());
  const auto decoded = DecodeHead(HeadOctets());
  ASSERT_TRUE(decoded.ok()) << decoded.error().what << " at " << decoded.error().detail;
  EXPECT_EQ(decoded.value(), SomeHead());
  EXPECT_EQ(decoded.value().seq(), 5U);
}

TEST(Head, TheEmptyAndTheLargestComeBack) {
  EXPECT_EQ(DecodeHead(EncodeHead(Head{})).value(), Head{});
  Head largest{.epoch = ~0U, .time_ms = -1, .lag_ms = -1, .gate = std::string(70'000, 'g')};
  largest.tree = CompactRange::Of(~0ULL, std::vector<Hash>(64, Filled(7))).value();
  EXPECT_EQ(DecodeHead(EncodeHead(largest)).value(), largest);
}

TEST(Head, IsRefusedWithTheReasonAndThePlace) {
  std::string flipped = HeadOctets();
  flipped[30] = static_cast<char>(flipped[30] ^ 4);
  const std::string one = std::string(64, '1');
  for (const RefusedOctets& row : {
           RefusedOctets{"nothing", "", Errc::kCorrupt, 0},
           RefusedOctets{"a flipped bit", flipped, Errc::kCorrupt, 0},
           RefusedOctets{"a newer layout", HeadOctets("02"), Errc::kTooLarge, 2},
           RefusedOctets{"the newest layout", HeadOctets("ff"), Errc::kTooLarge, 255},
           RefusedOctets{"a newer layout, with other fields", SealedOctets("\x09"), Errc::kTooLarge,
                         9},
           RefusedOctets{"version 0", HeadOctets("00"), Errc::kCorrupt, 117},
           RefusedOctets{"too few hashes", HeadOctets("01", "01" + one), Errc::kCorrupt, 0},
           RefusedOctets{"too many hashes", HeadOctets("01", "03" + one + one + one),
                         Errc::kCorrupt, 0},
           RefusedOctets{"hashes that end", HeadOctets("01", "ff" + one, ""), Errc::kCorrupt, 78},
           RefusedOctets{"a gate that ends", HeadOctets("01", kHashes, "00000004 676174"),
                         Errc::kCorrupt, 114},
           RefusedOctets{"an octet behind", HeadOctets("01", kHashes, "00000002 676174"),
                         Errc::kCorrupt, 116},
       }) {
    ExpectRefused(row, DecodeHead(row.octets));
  }
}

TEST(Head, EveryPrefixIsRefused) {
  ExpectEveryPrefixOfValueRefused(HeadOctets(), 1'000, DecodeHead);
}

}  // namespace
}  // namespace idnode::ledger
