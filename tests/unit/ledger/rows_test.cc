#include "ledger/rows.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "octets.h"

namespace idnode::ledger {
namespace {

Hash Filled(std::uint8_t octet) {
  Hash hash{};
  hash.fill(octet);
  return hash;
}

// --- state of a record ---

struct State {
  std::string_view name;
  std::string octets;
  std::uint8_t flags;  // as decoded
  std::string spelling;
  std::string values;
};

TEST(RecordState, HasTheOctetsOfItsTableAndComesBack) {
  const std::string values = Octets("00000000");
  for (const State& row : {
           State{"bare", Octets("00 00000000"), 0, "", values},
           State{"all public", Octets("02 00000000"), kAllPublic, "", values},
           State{"tombstone", Octets("01 00000000"), kTombstone, "", values},
           State{"some secret", Octets("04 00000000"), kSomeSecret, "", values},
           State{"spelt", Octets("0a 0002 6142 00000000"), kAllPublic | kSpelt, "aB", values},
           State{"values", Octets("02 00000001 ffff"), kAllPublic, "", Octets("00000001ffff")},
       }) {
    const RecordState state{.flags = row.flags, .spelling = row.spelling, .values = row.values};
    EXPECT_EQ(EncodeRecordState(state), row.octets) << row.name;
    const auto decoded = DecodeRecordState(row.octets);
    ASSERT_TRUE(decoded.ok()) << row.name;
    EXPECT_EQ(decoded.value().flags, row.flags) << row.name;
    EXPECT_EQ(decoded.value().spelling, row.spelling) << row.name;
    EXPECT_EQ(decoded.value().values, row.values) << row.name;
    EXPECT_EQ(decoded.value().tombstone(), row.name == "tombstone");
  }
}

TEST(RecordState, SaysSpeltExactlyIfThereIsASpelling) {
  const std::string values(4, '\0');
  EXPECT_EQ(EncodeRecordState({.flags = kSpelt, .values = values}), Octets("00 00000000"));
  EXPECT_EQ(EncodeRecordState({.spelling = "a", .values = values}), Octets("08 0001 61 00000000"));
  const std::string longest(kMaxIdentifier, 'x');
  const std::string octets = EncodeRecordState({.spelling = longest, .values = values});
  ASSERT_TRUE(DecodeRecordState(octets).ok());
  EXPECT_EQ(DecodeRecordState(octets).value().spelling, longest);
}

TEST(RecordState, IsRefusedWithThePlace) {
  for (const RefusedOctets& row : {
           RefusedOctets{"nothing", "", Errc::kCorrupt, 0},
           RefusedOctets{"an unknown flag", Octets("10 00000000"), Errc::kCorrupt, 1},
           RefusedOctets{"all flags", Octets("ff 0001 61 00000000"), Errc::kCorrupt, 1},
           RefusedOctets{"an empty spelling", Octets("08 0000 00000000"), Errc::kCorrupt, 3},
           RefusedOctets{"a spelling that ends", Octets("08 0002 61"), Errc::kCorrupt, 3},
           RefusedOctets{"values without a count", Octets("00 000000"), Errc::kCorrupt, 4},
       }) {
    ExpectRefused(row, DecodeRecordState(row.octets));
  }
}

TEST(RecordState, EveryPrefixOfOneWithoutValuesIsRefused) {
  ExpectEveryPrefixRefused(Octets("09 0003 614263 00000000"), Errc::kCorrupt, DecodeRecordState);
}

// --- rows of records and control objects ---

TEST(StateRow, HasTheOctetsOfItsTable) {
  const std::string value = SealedOctets(Octets("01 0000000000000102 737461"));
  EXPECT_EQ(EncodeStateRow(0x102, "sta"), value);
  ASSERT_TRUE(DecodeStateRow(value).ok());
  EXPECT_EQ(DecodeStateRow(value).value().seq, 0x102U);
  EXPECT_EQ(DecodeStateRow(value).value().state, "sta");
  EXPECT_EQ(DecodeStateRow(EncodeStateRow(1, "")).value().state, "");
}

TEST(StateRow, IsRefused) {
  ExpectRefused({"version 0", SealedOctets(Octets("00 0000000000000102"))},
                DecodeStateRow(SealedOctets(Octets("00 0000000000000102"))));
  ExpectRefused({"a newer version", SealedOctets(Octets("02 0000000000000102"))},
                DecodeStateRow(SealedOctets(Octets("02 0000000000000102"))));
  ExpectEveryPrefixOfValueRefused(EncodeStateRow(7, "state"), 9, DecodeStateRow);
}

// --- counts ---

ChannelTotals SomeTotals() {
  ChannelTotals totals;
  totals[Channel::kGrpc] = {.created = 1, .recreated = 2, .updated = 3, .deleted = 4};
  totals[Channel::kHttp] = {.deleted = 0x102};
  return totals;
}

const std::string kGrpcTotals =
    "01 0000000000000001 0000000000000002 0000000000000003"
    "   0000000000000004";
const std::string kHttpTotals =
    "05 0000000000000000 0000000000000000 0000000000000000"
    "   0000000000000102";
const std::string kNoTotals = "05" + std::string(64, '0');

TEST(Counts, HaveTheOctetsOfTheirTable) {
  const std::string totals = "02" + kGrpcTotals + kHttpTotals;
  const std::string tip = SealedOctets(Octets("01 0000000000000309" + totals));
  const std::string day = SealedOctets(Octets("01" + totals));
  EXPECT_EQ(EncodeTip({.seq = 0x309, .totals = SomeTotals()}), tip);
  EXPECT_EQ(EncodeDay(SomeTotals()), day);
  ASSERT_TRUE(DecodeTip(tip).ok() && DecodeDay(day).ok());
  EXPECT_EQ(DecodeTip(tip).value(), (Tip{.seq = 0x309, .totals = SomeTotals()}));
  EXPECT_EQ(DecodeDay(day).value(), SomeTotals());
}

TEST(Counts, NothingAndEverythingComeBack) {
  EXPECT_EQ(DecodeTip(EncodeTip(Tip{})).value(), Tip{});
  EXPECT_EQ(DecodeDay(EncodeDay({})).value(), ChannelTotals());
  ChannelTotals all;
  for (int i = 1; i <= 5; ++i) {
    const auto count = ~std::uint64_t{0} - static_cast<std::uint64_t>(i);
    all[static_cast<Channel>(i)] = {
        .created = count, .recreated = count, .updated = count, .deleted = count};
  }
  EXPECT_EQ(DecodeDay(EncodeDay(all)).value(), all);
}

// One spelling only, so that rows can be compared octet by octet.
TEST(Counts, AreRefusedInAnyOtherSpelling) {
  const std::string seq = "01 0000000000000309";
  for (const RefusedOctets& row : {
           RefusedOctets{"descending", "02" + kHttpTotals + kGrpcTotals, Errc::kCorrupt, 75},
           RefusedOctets{"twice", "02" + kGrpcTotals + kGrpcTotals, Errc::kCorrupt, 75},
           RefusedOctets{"all zero", "01" + kNoTotals, Errc::kCorrupt, 42},
           RefusedOctets{"channel 0", "01 00" + kGrpcTotals.substr(2), Errc::kCorrupt, 42},
           RefusedOctets{"channel 6", "01 06" + kGrpcTotals.substr(2), Errc::kCorrupt, 42},
           RefusedOctets{"fewer than it says", "02" + kGrpcTotals, Errc::kCorrupt, 42},
           RefusedOctets{"more than it says", "01" + kGrpcTotals + kHttpTotals, Errc::kCorrupt, 42},
           RefusedOctets{"255 channels", "ff" + kGrpcTotals, Errc::kCorrupt, 42},
       }) {
    const std::string tip = SealedOctets(Octets(seq + row.octets));
    ExpectRefused(row, DecodeTip(tip));
    RefusedOctets of_day = row;
    of_day.detail -= 8;
    ExpectRefused(of_day, DecodeDay(SealedOctets(Octets("01" + row.octets))));
  }
  ExpectRefused({"a newer tip", ""}, DecodeTip(SealedOctets(Octets("02" + seq.substr(2) + "00"))));
  ExpectRefused({"a newer day", ""}, DecodeDay(SealedOctets(Octets("02 00"))));
}

TEST(Counts, EveryPrefixIsRefused) {
  ExpectEveryPrefixOfValueRefused(EncodeTip({.seq = 1, .totals = SomeTotals()}), 1'000, DecodeTip);
  ExpectEveryPrefixOfValueRefused(EncodeDay(SomeTotals()), 1'000, DecodeDay);
}

TEST(ChannelTotals, AddUpByChannel) {
  ChannelTotals sum = SomeTotals();
  EXPECT_EQ(sum.Sum(), (Totals{.created = 1, .recreated = 2, .updated = 3, .deleted = 0x106}));
  ChannelTotals other;
  other[Channel::kGrpc] = {.created = 10};
  other[Channel::kImport] = {.updated = 5};
  sum += other;
  EXPECT_EQ(sum[Channel::kGrpc],
            (Totals{.created = 11, .recreated = 2, .updated = 3, .deleted = 4}));
  EXPECT_EQ(sum[Channel::kImport], (Totals{.updated = 5}));
  sum -= other;
  EXPECT_EQ(sum, SomeTotals());
}

// --- keys of counts ---

TEST(CountsKey, OfATipAndOfADayComeBack) {
  EXPECT_EQ(TipKey("88.118"), "t88.118");
  EXPECT_EQ(TipKey(""), "t");
  // Day 20775 is 2026-11-18: 2^32 - 1 - (20775 + 2^31) = 0x7FFFAED8.
  EXPECT_EQ(DayKey("88.118", Day(20'775)), "d88.118" + Octets("00 7fffaed8"));
  for (const std::string_view prefix : {"", "88.118", "t", "d"}) {
    const std::string tip_key = TipKey(prefix);
    const auto tip = DecodeCountsKey(tip_key);
    ASSERT_TRUE(tip.ok());
    EXPECT_FALSE(tip.value().is_day);
    EXPECT_EQ(tip.value().prefix, prefix);
    for (const std::int64_t number : {0L, 1L, -1L, 20'775L, -719'528L, 2'932'896L}) {
      const std::string day_key = DayKey(prefix, Day(number));
      const auto day = DecodeCountsKey(day_key);
      ASSERT_TRUE(day.ok()) << number;
      EXPECT_TRUE(day.value().is_day);
      EXPECT_EQ(day.value().prefix, prefix);
      EXPECT_EQ(day.value().day.number(), number);
    }
  }
}

TEST(CountsKey, DaysOfAPrefixAreTogetherAndTheNewestIsFirst) {
  const std::vector<std::string> ordered = {DayKey("88.118", Day(2)),   DayKey("88.118", Day(1)),
                                            DayKey("88.118", Day(0)),   DayKey("88.118", Day(-1)),
                                            DayKey("88.118", Day(-2)),  DayKey("88.118.1", Day(1)),
                                            DayKey("88.118.1", Day(0)), DayKey("88.1180", Day(500)),
                                            TipKey("88.118"),           TipKey("88.118.1")};
  EXPECT_TRUE(std::is_sorted(ordered.begin(), ordered.end()));
}

TEST(CountsKey, RefusesWhatIsNeverWritten) {
  for (const RefusedOctets& row : {
           RefusedOctets{"nothing", ""},
           RefusedOctets{"an unknown tag", "x88.118"},
           RefusedOctets{"a day too short", "d" + Octets("00 7fffae")},
           RefusedOctets{"no zero", "d88.118" + Octets("01 7fffaed8")},
           RefusedOctets{"a day before year 0", "d88.118" + Octets("00 ffffffff")},
           RefusedOctets{"a day after year 9999", "d88.118" + Octets("00 00000000")},
       }) {
    ExpectRefused(row, DecodeCountsKey(row.octets));
  }
}

// --- requests ---

TEST(RequestRow, HasTheOctetsOfItsTable) {
  const std::string value = SealedOctets(Octets("01 0000000000000102" + std::string(64, '5')));
  const RequestRow row{.seq = 0x102, .digest = Filled(0x55)};
  EXPECT_EQ(EncodeRequestRow(row), value);
  ASSERT_TRUE(DecodeRequestRow(value).ok());
  EXPECT_EQ(DecodeRequestRow(value).value(), row);
  ExpectEveryPrefixOfValueRefused(value, 1'000, DecodeRequestRow);
  const std::string longer = SealedOctets(Octets("01 0000000000000102" + std::string(66, '5')));
  ExpectRefused({"an octet behind", longer, Errc::kCorrupt, 40}, DecodeRequestRow(longer));
  const std::string newer = SealedOctets(Octets("02 0000000000000102" + std::string(64, '5')));
  ExpectRefused({"a newer version", newer}, DecodeRequestRow(newer));
}

TEST(RequestKey, IsTheActorAndTheId) {
  RequestId id{};
  id.fill(0xEE);
  EXPECT_EQ(RequestKey("\1token", id), "\1token" + std::string(16, '\xEE'));
}

}  // namespace
}  // namespace idnode::ledger
