#include "handle/message.h"

#include <gtest/gtest.h>

#include <string>

#include "base/hex.h"
#include "handle/vectors.h"

namespace idnode::handle {
namespace {

constexpr std::string_view kEnvelopeOfQuery = "020a 020a 00000000 0000002a 00000000 ";
constexpr std::string_view kHeaderOfQuery = "00000001 00000000 19000000 ffff 00 00 6b05780b ";

// Envelope and header of a query, then what the table row says.
std::vector<std::uint8_t> Query(std::string_view message_length, std::string_view rest) {
  return Octets(std::string(kEnvelopeOfQuery) + std::string(message_length) +
                std::string(kHeaderOfQuery) + std::string(rest));
}

TEST(Message, HasItsPartsWhereTheyAre) {
  const auto octets = Query("00000022", "00000003 616263 00000003 78797a");
  const auto decoded = DecodeMessage(octets);
  ASSERT_TRUE(decoded.ok()) << decoded.error().what;
  const Message& message = decoded.value();
  EXPECT_EQ(message.envelope.request_id, 42U);
  EXPECT_EQ(message.header,
            (Header{.flags = Header::kRecursive | Header::kCacheCertify | Header::kPublicOnly,
                    .expiration = 0x6b05780b,
                    .body_length = 3}));
  EXPECT_TRUE(message.header.Has(Header::kPublicOnly));
  EXPECT_FALSE(message.header.Has(Header::kRequestDigest));
  EXPECT_EQ(AsText(message.body), "abc");
  EXPECT_EQ(AsText(message.credential), "xyz");
  EXPECT_EQ(ToHex(message.digested), ToHex(Bytes(octets).subspan(20, 27)));
}

TEST(Message, MayEndAfterTheBody) {
  const auto octets = Query("0000001b", "00000003 616263");
  const auto decoded = DecodeMessage(octets);
  ASSERT_TRUE(decoded.ok()) << decoded.error().what;
  EXPECT_EQ(AsText(decoded.value().body), "abc");
  EXPECT_TRUE(decoded.value().credential.empty());
}

TEST(Message, EncodesToWhatWasDecoded) {
  const auto octets = Query("0000001f", "00000003 616263 00000000");
  const auto decoded = DecodeMessage(octets);
  ASSERT_TRUE(decoded.ok()) << decoded.error().what;
  std::vector<std::uint8_t> encoded;
  EncodeMessage(decoded.value().envelope, decoded.value().header, decoded.value().body, encoded);
  EXPECT_EQ(ToHex(encoded), ToHex(octets));
}

TEST(Message, EveryPrefixIsTruncated) {
  const auto octets = Query("00000022", "00000003 616263 00000003 78797a");
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const auto decoded = DecodeMessage(Bytes(octets).first(size));
    ASSERT_FALSE(decoded.ok()) << size << " octets";
    EXPECT_EQ(decoded.error().code, Errc::kTruncated) << size << " octets";
  }
}

// The same with an envelope that announces what is there.
TEST(Message, EveryHonestPrefixButOneIsRefused) {
  const auto octets = Query("00000022", "00000003 616263 00000003 78797a");
  for (std::size_t size = kEnvelopeSize; size < octets.size(); ++size) {
    auto part = std::vector(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size));
    part[19] = static_cast<std::uint8_t>(size - kEnvelopeSize);
    const bool ends_after_the_body = size == kEnvelopeSize + kHeaderSize + 3;
    EXPECT_EQ(DecodeMessage(part).ok(), ends_after_the_body) << size << " octets";
  }
}

struct Refused {
  std::string_view name;
  std::vector<std::uint8_t> octets;
  Errc code;
  std::uint32_t offset;
  friend void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }
};

class MessageRefuses : public testing::TestWithParam<Refused> {};

TEST_P(MessageRefuses, WithCodeAndOffset) {
  const auto decoded = DecodeMessage(GetParam().octets);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, GetParam().code);
  EXPECT_EQ(decoded.error().detail, GetParam().offset) << decoded.error().what;
}

std::vector<std::uint8_t> WithFlags(std::uint8_t flags) {
  auto octets = Query("0000001c", "00000000 00000000");
  octets[2] = octets[2] | flags;
  return octets;
}

INSTANTIATE_TEST_SUITE_P(
    Table, MessageRefuses,
    testing::Values(Refused{"NoHeader", Octets("020a 020a 00000000 0000002a 00000000 00000000"),
                            Errc::kTruncated, 20},
                    Refused{"OctetAfterTheMessage", Query("0000001c", "00000000 00000000 00"),
                            Errc::kMalformed, 20},
                    Refused{"OctetAfterTheCredential", Query("0000001d", "00000000 00000000 00"),
                            Errc::kMalformed, 48},
                    Refused{"BodyLongerThanTheMessage", Query("0000001c", "00000005 00000000"),
                            Errc::kTruncated, 44},
                    Refused{"BodyOfNegativeLength", Query("0000001c", "ffffffff 00000000"),
                            Errc::kTooLarge, 44},
                    Refused{"PartOfACredentialLength", Query("0000001b", "00000000 000000"),
                            Errc::kTruncated, 44},
                    Refused{"CredentialLongerThanTheMessage",
                            Query("0000001c", "00000000 00000001"), Errc::kTruncated, 48},
                    Refused{"CredentialOfNegativeLength", Query("0000001c", "00000000 ffffffff"),
                            Errc::kTooLarge, 48},
                    Refused{"Encrypted", WithFlags(Envelope::kEncrypted), Errc::kMalformed, 20},
                    Refused{"Compressed", WithFlags(Envelope::kCompressed), Errc::kMalformed, 20}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(Credential, HasItsParts) {
  const auto octets = Octets(
      "00 00 0000 00000000 00000007 00000009 48535f5349474e4544 00000012"
      "00000007 5348412d323536 00000003 010203");
  const auto decoded = DecodeCredential(octets);
  ASSERT_TRUE(decoded.ok()) << decoded.error().what << " at " << decoded.error().detail;
  EXPECT_EQ(decoded.value().signer, "");
  EXPECT_EQ(decoded.value().counter, 7);
  EXPECT_EQ(decoded.value().type, "HS_SIGNED");
  EXPECT_EQ(decoded.value().digest_algorithm, "SHA-256");
  EXPECT_EQ(ToHex(decoded.value().signature), "010203");

  for (std::size_t size = 0; size < octets.size(); ++size) {
    EXPECT_FALSE(DecodeCredential(Bytes(octets).first(size)).ok()) << size << " octets";
  }
  auto more = octets;
  more.push_back(0);
  EXPECT_FALSE(DecodeCredential(more).ok());
  auto inner = octets;
  inner[28] = 0x11;  // the length of the rest, one less
  EXPECT_EQ(DecodeCredential(inner).error().code, Errc::kMalformed);
}

}  // namespace
}  // namespace idnode::handle
