#include "handle/value.h"

#include <gtest/gtest.h>

#include <string>

#include "base/hex.h"
#include "base/writer.h"
#include "handle/vectors.h"

namespace idnode::handle {
namespace {

std::vector<std::uint8_t> ListOf(std::initializer_list<std::string_view> values) {
  std::vector<std::uint8_t> octets;
  Writer out(octets);
  out.U32(static_cast<std::uint32_t>(values.size()));
  for (const std::string_view value : values) out.Raw(Octets(value));
  return octets;
}

// By hand, field by field.
constexpr std::string_view kUrl =
    "00000001 6553f100 00 00015180 0e 00000003 55524c 00000002 6162 00000000";
constexpr std::string_view kWithReferences =
    "00000004 6553f100 01 70dbd880 0c 00000001 54 00000000 00000002"
    "00000003 382f41 00000001 00000000 ffffffff";

// HANDLE.NET's own encoder wrote these.
TEST(Value, ReadsAndWritesTheRecordedValues) {
  const auto rows = LoadVectors("open/values.json");
  ASSERT_GE(rows.size(), 19U);
  for (const auto& row : rows) {
    SCOPED_TRACE(row["name"].get<std::string>());
    const auto octets = Octets(row["encoded_hex"].get<std::string>());
    Reader in(octets);
    const Value value = Wire<Value>::Read(in);
    ASSERT_TRUE(in.ok()) << in.error().what;
    EXPECT_EQ(in.remaining(), 0U);

    EXPECT_EQ(value.index, row["index"].get<int>());
    EXPECT_EQ(value.timestamp, row["timestamp_s"].get<unsigned>());
    EXPECT_EQ(static_cast<int>(value.ttl_type), row["ttl_type"].get<int>());
    EXPECT_EQ(value.ttl, row["ttl"].get<int>());
    EXPECT_EQ(value.permissions, row["permissions_byte"].get<int>());
    EXPECT_EQ(value.type, row["type"].get<std::string>());
    EXPECT_EQ(ToHex(value.data), row["data_hex"].get<std::string>());
    EXPECT_EQ(ToHex(value.octets), row["encoded_hex"].get<std::string>());

    const auto references = row["value"].value("references", nlohmann::json::array());
    std::vector<Reference> expected;
    for (const auto& reference : references) {
      expected.push_back({reference["handle"].get_ref<const std::string&>(), reference["index"]});
    }
    ASSERT_EQ(value.references.size(), expected.size());
    std::size_t position = 0;
    for (const Reference& reference : value.references) {
      EXPECT_EQ(reference, expected[position++]);
    }

    std::vector<std::uint8_t> encoded;
    EncodeValue(value, expected, encoded);
    EXPECT_EQ(encoded, octets);
    std::string text;
    EncodeValue(value, text);
    EXPECT_EQ(text, AsText(octets));
  }
}

TEST(Value, ShortestIsAsLongAsSaid) {
  std::vector<std::uint8_t> octets;
  EncodeValue(ValueFields(), {}, octets);
  EXPECT_EQ(octets.size(), kMinValueSize);
}

TEST(Value, UpperPermissionBitsAreIgnoredAndWrittenAsZero) {
  auto octets = Octets(kUrl);
  octets[13] = 0xFE;
  Reader in(octets);
  const Value value = Wire<Value>::Read(in);
  EXPECT_EQ(value.permissions, 0x0E);
  EXPECT_TRUE(value.Allows(permission::kPublicRead));
  EXPECT_FALSE(value.Allows(permission::kPublicWrite));
  std::vector<std::uint8_t> encoded;
  EncodeValue(value, encoded);
  EXPECT_EQ(encoded, Octets(kUrl));
}

TEST(ValueList, IteratesInOrder) {
  const auto octets = ListOf({kUrl, kWithReferences, kUrl});
  const auto decoded = DecodeValueList(octets);
  ASSERT_TRUE(decoded.ok());
  ASSERT_EQ(decoded.value().size(), 3U);
  std::vector<std::int32_t> indexes;
  std::vector<std::uint8_t> copied;
  for (const Value& value : decoded.value()) {
    indexes.push_back(value.index);
    copied.insert(copied.end(), value.octets.begin(), value.octets.end());
  }
  EXPECT_EQ(indexes, (std::vector<std::int32_t>{1, 4, 1}));
  EXPECT_EQ(ToHex(copied), ToHex(decoded.value().octets()));
  EXPECT_EQ(ToHex(copied), ToHex(Bytes(octets).subspan(4)));
}

TEST(ValueList, OfNothing) {
  const auto octets = ListOf({});
  const auto decoded = DecodeValueList(octets);
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(decoded.value().empty());
  EXPECT_TRUE(decoded.value().begin() == decoded.value().end());
}

struct Refused {
  std::string_view name;
  std::string_view octets;
  Errc code;
  std::uint32_t offset;
  friend void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }
};

class ValueListRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ValueListRefuses, WithCodeAndOffset) {
  const auto octets = Octets(GetParam().octets);
  const auto decoded = DecodeValueList(octets);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, GetParam().code);
  EXPECT_EQ(decoded.error().detail, GetParam().offset) << decoded.error().what;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ValueListRefuses,
    testing::Values(
        Refused{"Empty", "", Errc::kTruncated, 0},
        Refused{"MoreCountedThanThere", "00000001", Errc::kTruncated, 4},
        Refused{"NegativeCount", "ffffffff", Errc::kTooLarge, 4},
        Refused{"CountAboveTheLimit", "00100001", Errc::kTooLarge, 4},
        Refused{"OctetsLeftOver", "00000000 00", Errc::kMalformed, 4},
        Refused{"NegativeTypeLength",
                "00000001 00000001 6553f100 00 00015180 0e ffffffff 55524c 00000000 00000000",
                Errc::kTooLarge, 22},
        Refused{"DataLongerThanTheRest",
                "00000001 00000001 6553f100 00 00015180 0e 00000003 55524c 00000009 6162 00000000",
                Errc::kTruncated, 29},
        Refused{"ReferencesBeyondTheEnd",
                "00000001 00000001 6553f100 00 00015180 0e 00000003 55524c 00000000 00000001",
                Errc::kTruncated, 33}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(ValueList, EveryPrefixIsTruncated) {
  const auto octets = ListOf({kUrl, kWithReferences});
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const auto decoded = DecodeValueList(Bytes(octets).first(size));
    ASSERT_FALSE(decoded.ok()) << size << " octets";
    EXPECT_EQ(decoded.error().code, Errc::kTruncated) << size << " octets";
  }
}

TEST(TrustedValueList, YieldsTheSameValues) {
  const auto octets = ListOf({kUrl, kWithReferences});
  std::vector<std::int32_t> indexes;
  for (const Value& value : TrustedValueList(octets)) indexes.push_back(value.index);
  EXPECT_EQ(indexes, (std::vector<std::int32_t>{1, 4}));
}

TEST(TrustedValueList, StaysWithinWhatItWasGiven) {
  const auto octets = ListOf({kUrl, kWithReferences});
  for (std::size_t size = 0; size < octets.size(); ++size) {
    // Octets of their own, so that a sanitizer sees the first one read beyond them.
    const std::vector<std::uint8_t> part(octets.begin(),
                                         octets.begin() + static_cast<std::ptrdiff_t>(size));
    std::size_t found = 0;
    for (const Value& value : TrustedValueList(part)) found += value.octets.empty() ? 0U : 1U;
    EXPECT_LE(found, 1U) << size << " octets";
  }
}

}  // namespace
}  // namespace idnode::handle
