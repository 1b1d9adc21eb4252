// Site records: where a prefix is served. The data of values of type HS_SITE, HS_SITE.6 and
// HS_SITE.PREFIX, and the answer to GET_SITE_INFO (RFC 3651, section 3.2.2, as HANDLE.NET 9 has
// it).
//
//   size    field
//   2       format version          1
//   2       protocol version        major, minor
//   2       serial number
//   1       primary mask            0x80 primary, 0x40 one of several primaries
//   1       hash option             what decides which server of the site is asked
//   4 + n   hash filter             unused
//   4 ...   attributes              a count, then name and value, 4 + n octets each
//   4 ...   servers                 a count, then each:
//     4       server id
//     16      address               IPv4 in the last four octets, the others zero
//     4 + n   public key            as in HS_PUBKEY
//     4 ...   interfaces            a count, then each: 1 type, 1 protocol, 4 port
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "handle/version.h"

namespace idnode::handle {

struct SiteInterface {
  enum class Use : std::uint8_t { kNone = 0, kAdmin = 1, kQuery = 2, kBoth = 3 };
  enum class Protocol : std::uint8_t { kUdp = 0, kTcp = 1, kHttp = 2, kHttps = 3 };

  Use use = Use::kBoth;
  Protocol protocol = Protocol::kUdp;
  std::int32_t port = 0;

  friend bool operator==(const SiteInterface&, const SiteInterface&) = default;
};

using SiteAddress = std::array<std::uint8_t, 16>;

// `ipv6` in network order, mapped IPv4 turned into the form that site records have: no ::ffff: .
SiteAddress ToSiteAddress(const std::array<std::uint8_t, 16>& ipv6) noexcept;

struct SiteServer {
  std::int32_t id = 1;
  SiteAddress address{};
  std::vector<std::uint8_t> public_key;
  std::vector<SiteInterface> interfaces;

  friend bool operator==(const SiteServer&, const SiteServer&) = default;
};

struct SiteAttribute {
  std::string name;  // "desc", "domain", ...
  std::string value;

  friend bool operator==(const SiteAttribute&, const SiteAttribute&) = default;
};

struct Site {
  enum class HashOption : std::uint8_t { kPrefix = 0, kSuffix = 1, kAll = 2 };

  std::uint16_t format_version = 1;
  Version protocol_version;
  std::uint16_t serial = 1;
  bool primary = true;
  bool multi_primary = false;
  HashOption hash_option = HashOption::kAll;
  std::string hash_filter;
  std::vector<SiteAttribute> attributes;
  std::vector<SiteServer> servers;

  friend bool operator==(const Site&, const Site&) = default;
};

// Allocates, but never more than a small multiple of `octets`: for clients and configuration, not
// for the path of a request. Errors: kTruncated; kTooLarge, a length above kMaxArray; kMalformed,
// octets left over.
Result<Site> DecodeSite(Bytes octets);

void EncodeSite(const Site& site, std::vector<std::uint8_t>& out);

}  // namespace idnode::handle
