// The digest of a request: how an answer says what it answers (RFC 3652, section 2.2.3).
//
// It covers the header and the body of the request, and stands in front of the body of the answer
// when both have the flag RD. Which hash it is follows the version of the answer:
//
//   2.7 and later   octet 3, SHA-256
//   2.1 to 2.6      octet 2, SHA-1
//   2.0             a four-octet length, MD5: the length's first octet, 0, tells
//
// Octet 1 and MD5 is read, too, and never written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/reader.h"
#include "handle/version.h"

namespace idnode::handle {

// As it stands in a message, the octet or length in front included.
class RequestDigest {
 public:
  static constexpr std::size_t kMaxSize = 33;  // octets

  // None at all: no octets.
  RequestDigest() noexcept = default;

  // Of the request whose header and body are `digested`. `version` is a 2.x.
  RequestDigest(Bytes digested, Version version) noexcept;

  Bytes octets() const noexcept { return Bytes(octets_).first(size_); }

 private:
  void Append(Bytes octets) noexcept;

  std::array<std::uint8_t, kMaxSize> octets_{};
  std::size_t size_ = 0;
};

// Reads a request digest, of whichever form, from the front of an answer's body. Whether it is the
// right one: compare it with RequestDigest(...).octets(). Errors stick to `in`: kTruncated;
// kMalformed, an unknown algorithm.
Bytes ReadRequestDigest(Reader& in) noexcept;

}  // namespace idnode::handle
