#include "handle/resolution.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/hex.h"
#include "handle/digest.h"
#include "handle/vectors.h"

namespace idnode::handle {
namespace {

// "88/A", indexes 2 and -1, types "URL" and "".
constexpr std::string_view kRequest =
    "00000004 38382f41 00000002 00000002 ffffffff 00000002 00000003 55524c 00000000";

TEST(ResolutionRequest, ReadsAndWrites) {
  const auto octets = Octets(kRequest);
  const auto decoded = DecodeResolutionRequest(octets);
  ASSERT_TRUE(decoded.ok()) << decoded.error().what;
  const ResolutionRequest& request = decoded.value();
  EXPECT_EQ(request.identifier, "88/A");
  std::vector<std::int32_t> indexes;
  for (const std::int32_t index : request.indexes) indexes.push_back(index);
  EXPECT_EQ(indexes, (std::vector<std::int32_t>{2, -1}));
  std::vector<std::string_view> types;
  for (const std::string_view type : request.types) types.push_back(type);
  EXPECT_EQ(types, (std::vector<std::string_view>{"URL", ""}));

  std::vector<std::uint8_t> encoded;
  EncodeResolutionRequest(request.identifier, indexes, types, encoded);
  EXPECT_EQ(ToHex(encoded), ToHex(octets));
}

TEST(ResolutionRequest, EveryPrefixIsTruncated) {
  const auto octets = Octets(kRequest);
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const auto decoded = DecodeResolutionRequest(Bytes(octets).first(size));
    ASSERT_FALSE(decoded.ok()) << size << " octets";
    EXPECT_EQ(decoded.error().code, Errc::kTruncated) << size << " octets";
  }
}

struct Refused {
  std::string_view name;
  std::string_view octets;
  Errc code;
  std::uint32_t offset;
  friend void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }
};

class ResolutionRequestRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ResolutionRequestRefuses, WithCodeAndOffset) {
  const auto decoded = DecodeResolutionRequest(Octets(GetParam().octets));
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, GetParam().code);
  EXPECT_EQ(decoded.error().detail, GetParam().offset) << decoded.error().what;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ResolutionRequestRefuses,
    testing::Values(
        Refused{"OctetLeftOver", "00000000 00000000 00000000 00", Errc::kMalformed, 12},
        Refused{"NegativeLength", "ffffffff 00000000 00000000", Errc::kTooLarge, 4},
        Refused{"NegativeCountOfIndexes", "00000000 80000000 00000000", Errc::kTooLarge, 8},
        Refused{"CountOfIndexesBeyondTheEnd", "00000000 00000002 00000001", Errc::kTruncated, 12},
        Refused{"CountOfTypesBeyondTheEnd", "00000000 00000000 00100000", Errc::kTruncated, 12},
        Refused{"TypeBeyondTheEnd", "00000000 00000000 00000001 00000004 55524c", Errc::kTruncated,
                16}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(ErrorMessage, MayBeMissing) {
  EXPECT_EQ(DecodeErrorMessage({}, false).value(), "");
  EXPECT_EQ(DecodeErrorMessage(Octets("00000000"), false).value(), "");
  const auto octets = Octets("00000002 6e6f 00000001 00000007");  // indexes as DO-IRP sends them
  EXPECT_EQ(DecodeErrorMessage(octets, false).value(), "no");
  EXPECT_FALSE(DecodeErrorMessage(Octets("00000003 6e6f"), false).ok());
}

TEST(RequestDigest, HasTheFormOfTheVersion) {
  const auto abc = Octets("616263");  // published digests of "abc"
  EXPECT_EQ(ToHex(RequestDigest(abc, {2, 10}).octets()),
            "03ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(RequestDigest(abc, {2, 7}).octets()),
            ToHex(RequestDigest(abc, {2, 10}).octets()));
  EXPECT_EQ(ToHex(RequestDigest(abc, {2, 6}).octets()),
            "02a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(ToHex(RequestDigest(abc, {2, 1}).octets()), ToHex(RequestDigest(abc, {2, 6}).octets()));
  EXPECT_EQ(ToHex(RequestDigest(abc, {2, 0}).octets()), "00000010900150983cd24fb0d6963f7d28e17f72");
  EXPECT_TRUE(RequestDigest().octets().empty());
}

TEST(RequestDigest, IsReadInEveryForm) {
  const std::array<std::vector<std::uint8_t>, 4> forms = {
      Octets("03ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      Octets("02a9993e364706816aba3e25717850c26c9cd0d89d"),
      Octets("01900150983cd24fb0d6963f7d28e17f72"),
      Octets("00000010900150983cd24fb0d6963f7d28e17f72")};
  for (const auto& form : forms) {
    auto octets = form;
    octets.push_back(0xAA);
    Reader in(octets);
    EXPECT_EQ(ToHex(ReadRequestDigest(in)), ToHex(form));
    EXPECT_EQ(in.remaining(), 1U);
    for (std::size_t size = 0; size < form.size(); ++size) {
      Reader part(Bytes(form).first(size));
      ReadRequestDigest(part);
      EXPECT_EQ(part.error().code, Errc::kTruncated) << size << " octets";
    }
  }
  for (const char* bad : {"04", "00000011", "01000000"}) {
    const auto octets = Octets(bad);
    Reader in(octets);
    ReadRequestDigest(in);
    EXPECT_FALSE(in.ok()) << bad;
  }
}

}  // namespace
}  // namespace idnode::handle
