// The message header: the 24 octets after the envelope (RFC 3652, section 2.2.2).
//
//   octets  field             notes
//   0-3     op code
//   4-7     response code     0 in requests
//   8-11    flags
//   12-13   site serial       of the site record the client used, 0xFFFF: none; of the server's own
//   14      recursion count
//   15      reserved          0, not looked at
//   16-19   expiration        seconds since 1970
//   20-23   body length       octets
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/reader.h"
#include "handle/codes.h"

namespace idnode::handle {

inline constexpr std::size_t kHeaderSize = 24;  // octets
inline constexpr std::uint16_t kNoSiteSerial = 0xFFFF;
inline constexpr std::uint32_t kMessageLifetime = 43'200;  // seconds: how both sides set expiration

struct Header {
  static constexpr std::uint32_t kAuthoritative = 0x8000'0000;  // AT
  static constexpr std::uint32_t kCertify = 0x4000'0000;        // CT
  static constexpr std::uint32_t kEncrypt = 0x2000'0000;        // ENC
  static constexpr std::uint32_t kRecursive = 0x1000'0000;      // REC
  static constexpr std::uint32_t kCacheCertify = 0x0800'0000;   // CA
  static constexpr std::uint32_t kContinuous = 0x0400'0000;     // CN: more messages follow
  static constexpr std::uint32_t kKeepAlive = 0x0200'0000;      // KC
  static constexpr std::uint32_t kPublicOnly = 0x0100'0000;     // PO: never challenge
  static constexpr std::uint32_t kRequestDigest =
      0x0080'0000;                                           // RD: the answer says what it answers
  static constexpr std::uint32_t kOverwrite = 0x0040'0000;   // OWE
  static constexpr std::uint32_t kMint = 0x0020'0000;        // MNS
  static constexpr std::uint32_t kDoNotRefer = 0x0010'0000;  // DNR

  OpCode op_code = OpCode::kResolution;
  ResponseCode response_code = ResponseCode::kNone;
  std::uint32_t flags = 0;
  std::uint16_t site_serial = kNoSiteSerial;
  std::uint8_t recursion_count = 0;
  std::uint32_t expiration = 0;
  std::uint32_t body_length = 0;

  bool Has(std::uint32_t flag) const noexcept { return (flags & flag) == flag; }

  friend bool operator==(const Header&, const Header&) = default;
};

// Reads a header from `in`. Errors stick to `in`: kTruncated; kTooLarge, a body longer than any
// message.
Header ReadHeader(Reader& in) noexcept;

std::array<std::uint8_t, kHeaderSize> EncodeHeader(const Header& header) noexcept;

}  // namespace idnode::handle
