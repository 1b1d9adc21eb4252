#include "ledger/entry.h"

#include <gtest/gtest.h>

#include "octets.h"

namespace idnode::ledger {
namespace {

// By hand, after the table in entry.h.
const std::string kLeafHead =
    "01"                 // version
    "00000007"           // shard
    "0000000000000102"   // seq
    "0000019f00000003";  // time
const std::string kLeafMiddle =
    "0000000000000004"  // created
    "0000000000000005"  // re-created
    "0000000000000006"  // updated
    "0000000000000007"  // deleted
    "0000000000000008"  // prev
    "ffffffffffffffff"  // prev in prefix
    "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f";
const std::string kLeafPrefix = "06 38382e313138";  // 88.118

std::string LeafOctets(const std::string& kind_and_channel = "0302",
                       const std::string& prefix = kLeafPrefix) {
  return Octets(kLeafHead + kind_and_channel + kLeafMiddle + prefix);
}

Leaf SomeLeaf() {
  Leaf leaf{.shard = 7,
            .seq = 0x102,
            .time_ms = 0x19F'0000'0003,
            .kind = EntryKind::kUpdated,
            .channel = Channel::kStream,
            .totals = {.created = 4, .recreated = 5, .updated = 6, .deleted = 7},
            .prev = 8,
            .prefix = "88.118"};
  for (std::size_t i = 0; i < leaf.commitment.size(); ++i) {
    leaf.commitment.at(i) = static_cast<std::uint8_t>(0x10 + i);
  }
  return leaf;
}

TEST(Leaf, HasTheOctetsOfItsTable) {
  EXPECT_EQ(EncodeLeaf(SomeLeaf()), LeafOctets());
  const auto decoded = DecodeLeaf(LeafOctets());
  ASSERT_TRUE(decoded.ok()) << decoded.error().what << " at " << decoded.error().detail;
  EXPECT_EQ(decoded.value(), SomeLeaf());
}

TEST(Leaf, EveryKnownKindAndChannelAndAnyPrefixComesBack) {
  for (const int kind : {1, 2, 3, 4, 5, 32, 33, 34, 35}) {
    for (int channel = 1; channel <= 5; ++channel) {
      for (const std::size_t size : {0U, 1U, 64U}) {
        Leaf leaf = SomeLeaf();
        leaf.kind = static_cast<EntryKind>(kind);
        leaf.channel = static_cast<Channel>(channel);
        leaf.prefix = std::string(size, '\xFF');
        const auto decoded = DecodeLeaf(EncodeLeaf(leaf));
        ASSERT_TRUE(decoded.ok()) << kind << ' ' << channel << ' ' << size;
        EXPECT_EQ(decoded.value(), leaf);
      }
    }
  }
}

TEST(Leaf, ExtremeNumbersComeBack) {
  Leaf leaf{.shard = 0xFFFF'FFFF,
            .seq = kNoSeq - 1,
            .time_ms = -1,
            .totals = {.created = ~0ULL, .recreated = ~0ULL, .updated = ~0ULL, .deleted = ~0ULL},
            .prev = kNoSeq - 2,
            .prev_in_prefix = kNoSeq - 2};
  const auto decoded = DecodeLeaf(EncodeLeaf(leaf));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.value(), leaf);
}

TEST(Leaf, IsRefusedWithTheReasonAndThePlace) {
  std::string version = LeafOctets();
  version[0] = 2;
  std::string old = LeafOctets();
  old[0] = 0;
  const std::string longest = "40" + std::string(128, 'a');
  const std::string too_long = "41" + std::string(130, 'a');
  ASSERT_TRUE(DecodeLeaf(LeafOctets("0302", longest)).ok());
  for (const RefusedOctets& row : {
           RefusedOctets{"a newer version", version, Errc::kMalformed, 1},
           RefusedOctets{"version 0", old, Errc::kMalformed, 1},
           RefusedOctets{"kind 0", LeafOctets("0002"), Errc::kMalformed, 22},
           RefusedOctets{"kind 6", LeafOctets("0602"), Errc::kMalformed, 22},
           RefusedOctets{"kind 31", LeafOctets("1f02"), Errc::kMalformed, 22},
           RefusedOctets{"kind 36", LeafOctets("2402"), Errc::kMalformed, 22},
           RefusedOctets{"channel 0", LeafOctets("0300"), Errc::kMalformed, 23},
           RefusedOctets{"channel 6", LeafOctets("0306"), Errc::kMalformed, 23},
           RefusedOctets{"channel 255", LeafOctets("03ff"), Errc::kMalformed, 23},
           RefusedOctets{"a prefix too long", LeafOctets("0302", too_long), Errc::kTooLarge, 104},
           RefusedOctets{"an octet behind the end", LeafOctets() + "x", Errc::kMalformed, 110},
       }) {
    ExpectRefused(row, DecodeLeaf(row.octets));
  }
}

TEST(Leaf, EveryPrefixIsTruncated) {
  ExpectEveryPrefixRefused(LeafOctets(), Errc::kTruncated, DecodeLeaf);
}

// --- payload ---

const std::string kSaltAndId =
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
    "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf";

std::string PayloadOctets(const std::string& flags, const std::string& rest) {
  return Octets("01" + flags + kSaltAndId + rest);
}

Payload SomePayload() {
  Payload payload{.actor = "\1token", .identifier = "88.118/a", .state = "state"};
  for (std::size_t i = 0; i < 16; ++i) {
    payload.salt.at(i) = static_cast<std::uint8_t>(0xA0 + i);
    payload.request_id.at(i) = static_cast<std::uint8_t>(0xB0 + i);
  }
  return payload;
}

TEST(Payload, HasTheOctetsOfItsTable) {
  const std::string plain =
      PayloadOctets("00", "06 01746f6b656e  0008 38382e3131382f61  7374617465");
  EXPECT_EQ(EncodePayload(SomePayload()), plain);
  ASSERT_TRUE(DecodePayload(plain).ok());
  EXPECT_EQ(DecodePayload(plain).value(), SomePayload());

  Payload payload = SomePayload();
  payload.expected_seq = 0x1234;
  payload.case_policy = handle::CasePolicy::kSensitive;
  const std::string with_flags =
      PayloadOctets("03", "06 01746f6b656e  0000000000001234  0008 38382e3131382f61  7374617465");
  EXPECT_EQ(EncodePayload(payload), with_flags);
  ASSERT_TRUE(DecodePayload(with_flags).ok());
  EXPECT_EQ(DecodePayload(with_flags).value(), payload);
}

TEST(Payload, TheSmallestAndTheLargestComeBack) {
  const Payload smallest;
  ASSERT_TRUE(DecodePayload(EncodePayload(smallest)).ok());
  EXPECT_EQ(DecodePayload(EncodePayload(smallest)).value(), smallest);
  const Payload largest{.actor = std::string(kMaxActor, 'a'),
                        .expected_seq = kNoSeq,
                        .identifier = std::string(kMaxIdentifier, 'i'),
                        .state = std::string(1'000'000, 's')};
  ASSERT_TRUE(DecodePayload(EncodePayload(largest)).ok());
  EXPECT_EQ(DecodePayload(EncodePayload(largest)).value(), largest);
}

TEST(Payload, IsRefusedWithTheReasonAndThePlace) {
  std::string version = EncodePayload(SomePayload());
  version[0] = 2;
  for (const RefusedOctets& row : {
           RefusedOctets{"a newer version", version, Errc::kMalformed, 1},
           RefusedOctets{"an unknown flag", PayloadOctets("04", "00 0000"), Errc::kMalformed, 2},
           RefusedOctets{"the highest flag", PayloadOctets("80", "00 0000"), Errc::kMalformed, 2},
           RefusedOctets{"an actor that ends", PayloadOctets("00", "02 61"), Errc::kTruncated, 35},
           RefusedOctets{"no expected seq", PayloadOctets("01", "00 0000"), Errc::kTruncated, 35},
           RefusedOctets{"an identifier that ends", PayloadOctets("00", "00 0002 61"),
                         Errc::kTruncated, 37},
       }) {
    ExpectRefused(row, DecodePayload(row.octets));
  }
}

TEST(Payload, EveryPrefixThatEndsBeforeTheStateIsTruncated) {
  Payload payload = SomePayload();
  payload.expected_seq = 1;
  payload.state.clear();
  ExpectEveryPrefixRefused(EncodePayload(payload), Errc::kTruncated, DecodePayload);
}

// --- hashes, keys, totals ---

// RFC 9162, section 2.1.1: HASH(0x00 || entry). Expected: sha256sum.
TEST(Hashes, AreTaggedSoThatNoneCanBeTakenForAnother) {
  EXPECT_EQ(ToHex(LeafHash("abc")),
            "609f6e36d2405585188d5cfd761f407c7cc46a7d3f314c88270469dde315fcd1");
  EXPECT_EQ(ToHex(Commitment("abc")),
            "2f3980626d475130b6cd1626266e9cdf1ed10985790a9c4c9054ba614707a925");
}

TEST(SeqKey, SortsAsTheLogDoesAndComesBack) {
  EXPECT_EQ(SeqKey(0x0102), Octets("0000000000000102"));
  EXPECT_LT(SeqKey(255), SeqKey(256));
  EXPECT_LT(SeqKey(~0ULL >> 1), SeqKey((~0ULL >> 1) + 1));
  for (const Seq seq : {Seq{0}, Seq{1}, Seq{256}, kNoSeq}) {
    EXPECT_EQ(SeqOfKey(SeqKey(seq)).value(), seq);
  }
  ExpectEveryPrefixRefused(SeqKey(7), Errc::kTruncated, SeqOfKey);
  ExpectRefused({"an octet too many", SeqKey(7) + "x", Errc::kMalformed, 8},
                SeqOfKey(SeqKey(7) + "x"));
}

TEST(Totals, CountOnlyWhatIdentifiersDo) {
  Totals totals;
  for (const EntryKind kind :
       {EntryKind::kCreated, EntryKind::kCreated, EntryKind::kCreated, EntryKind::kRecreated,
        EntryKind::kRecreated, EntryKind::kUpdated, EntryKind::kDeleted, EntryKind::kDeleted,
        EntryKind::kDeleted, EntryKind::kDeleted, EntryKind::kPayloadErased, EntryKind::kPrefixPut,
        EntryKind::kTokenPut, EntryKind::kClockAccepted, EntryKind::kTokenRevoked}) {
    totals.Count(kind);
  }
  EXPECT_EQ(totals, (Totals{.created = 3, .recreated = 2, .updated = 1, .deleted = 4}));
  EXPECT_EQ(totals.active(), 1);
  EXPECT_EQ((Totals{.deleted = 2}).active(), -2) << "a period may lose more than it gains";
}

TEST(Totals, AreAddedAndSubtractedFieldByField) {
  Totals sum{.created = 1, .recreated = 2, .updated = 3, .deleted = 4};
  const Totals other{.created = 10, .recreated = 20, .updated = 30, .deleted = 40};
  sum += other;
  EXPECT_EQ(sum, (Totals{.created = 11, .recreated = 22, .updated = 33, .deleted = 44}));
  sum -= other;
  EXPECT_EQ(sum, (Totals{.created = 1, .recreated = 2, .updated = 3, .deleted = 4}));
}

}  // namespace
}  // namespace idnode::ledger
