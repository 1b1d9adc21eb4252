#include "handle/site.h"

#include <gtest/gtest.h>

#include "base/hex.h"
#include "handle/public_key.h"
#include "handle/vectors.h"

namespace idnode::handle {
namespace {

std::vector<std::uint8_t> RecordedSite() {
  const auto file = LoadVectors("open/site-info-udp.json");
  return Octets(file["exchange"][1]["decoded"]["message"]["body"]["site_hex"].get<std::string>());
}

TEST(Site, ReadsAndWritesTheRecordedOne) {
  const auto octets = RecordedSite();
  const auto decoded = DecodeSite(octets);
  ASSERT_TRUE(decoded.ok()) << decoded.error().what;
  const Site& site = decoded.value();
  EXPECT_EQ(site.protocol_version, (Version{2, 10}));
  EXPECT_EQ(site.serial, 1);
  EXPECT_TRUE(site.primary);
  EXPECT_FALSE(site.multi_primary);
  EXPECT_EQ(site.hash_option, Site::HashOption::kAll);
  EXPECT_EQ(site.attributes, (std::vector<SiteAttribute>{{"desc", "loopback test site"}}));
  ASSERT_EQ(site.servers.size(), 1U);
  const SiteServer& server = site.servers[0];
  EXPECT_EQ(server.id, 1);
  EXPECT_EQ(ToHex(server.address), "0000000000000000000000007f000001");
  using Use = SiteInterface::Use;
  using Protocol = SiteInterface::Protocol;
  EXPECT_EQ(server.interfaces, (std::vector<SiteInterface>{{Use::kBoth, Protocol::kTcp, 22641},
                                                           {Use::kBoth, Protocol::kUdp, 22641},
                                                           {Use::kBoth, Protocol::kHttp, 28000}}));

  std::vector<std::uint8_t> encoded;
  EncodeSite(site, encoded);
  EXPECT_EQ(ToHex(encoded), ToHex(octets));
}

TEST(Site, EveryPrefixIsTruncatedAndEveryExcessMalformed) {
  auto octets = RecordedSite();
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const auto decoded = DecodeSite(Bytes(octets).first(size));
    ASSERT_FALSE(decoded.ok()) << size << " octets";
    EXPECT_EQ(decoded.error().code, Errc::kTruncated) << size << " octets";
  }
  octets.push_back(0);
  EXPECT_EQ(DecodeSite(octets).error().code, Errc::kMalformed);
}

TEST(Site, AForgedCountEndsWithTheOctets) {
  const auto octets = Octets("0001 020a 0001 80 02 00000000 00000000 000fffff 00000001");
  const auto decoded = DecodeSite(octets);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, Errc::kTruncated);
  EXPECT_EQ(DecodeSite(Octets("0001 020a 0001 80 02 00000000 ffffffff")).error().code,
            Errc::kTooLarge);
}

TEST(Site, MappedAddressesLoseTheirMark) {
  std::array<std::uint8_t, 16> mapped{};
  mapped[10] = mapped[11] = 0xFF;
  mapped[12] = 127;
  mapped[15] = 1;
  EXPECT_EQ(ToHex(ToSiteAddress(mapped)), "0000000000000000000000007f000001");
  std::array<std::uint8_t, 16> other{0x20, 0x01};
  other[10] = other[11] = 0xFF;
  EXPECT_EQ(ToSiteAddress(other), other);
}

TEST(RsaPublicKey, ReadsAndWritesTheRecordedOne) {
  const auto site = DecodeSite(RecordedSite());
  const auto& octets = site.value().servers[0].public_key;
  ASSERT_EQ(octets.size(), 289U);
  const auto key = DecodeRsaPublicKey(octets);
  ASSERT_TRUE(key.ok()) << key.error().what;
  EXPECT_EQ(ToHex(key.value().exponent), "010001");
  EXPECT_EQ(key.value().modulus.size(), 256U);

  std::vector<std::uint8_t> encoded;
  EncodeRsaPublicKey(key.value(), encoded);
  EXPECT_EQ(ToHex(encoded), ToHex(octets));

  const auto untrailed = DecodeRsaPublicKey(Bytes(octets).first(285));
  ASSERT_TRUE(untrailed.ok()) << "trailing zeros are free";
  EXPECT_EQ(ToHex(untrailed.value().modulus), ToHex(key.value().modulus));

  for (std::size_t size = 0; size < octets.size(); ++size) {
    EXPECT_EQ(DecodeRsaPublicKey(Bytes(octets).first(size)).ok(), size == 285) << size;
  }
  auto bad = octets;
  bad.back() = 1;
  EXPECT_EQ(DecodeRsaPublicKey(bad).error().code, Errc::kMalformed);
}

TEST(RsaPublicKey, IntegersAreInJavaForm) {
  std::vector<std::uint8_t> octets;
  EncodeRsaPublicKey({.exponent = Octets("0003"), .modulus = Octets("80")}, octets);
  EXPECT_EQ(ToHex(octets),
            "0000000b5253415f5055425f4b45590000"
            "0000000103"
            "000000020080"
            "00000000");
  octets.clear();
  EncodeRsaPublicKey({.exponent = Octets("00"), .modulus = Octets("7f")}, octets);
  EXPECT_EQ(ToHex(octets),
            "0000000b5253415f5055425f4b45590000"
            "0000000100"
            "000000017f"
            "00000000");
}

TEST(RsaPublicKey, RefusesOtherKeys) {
  const auto dsa = Octets("0000000b 4453415f5055425f4b4559 0000 00000001 03 00000001 05");
  EXPECT_EQ(DecodeRsaPublicKey(dsa).error().code, Errc::kMalformed);
}

}  // namespace
}  // namespace idnode::handle
