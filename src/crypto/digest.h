// Hashes of octets that lie in several places: SHA-256, SHA-1, MD5 (FIPS 180-4, RFC 1321).
//
// SHA-1 and MD5 are here for old peers of the handle protocol, never to protect anything of ours.
// Any thread. Neither locks nor allocates.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "base/bytes.h"

namespace idnode::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;
using Sha1Digest = std::array<std::uint8_t, 20>;
using Md5Digest = std::array<std::uint8_t, 16>;

// The hash of the concatenation of `parts`.
Sha256Digest Sha256(std::initializer_list<Bytes> parts) noexcept;
Sha1Digest Sha1(std::initializer_list<Bytes> parts) noexcept;
Md5Digest Md5(std::initializer_list<Bytes> parts) noexcept;

}  // namespace idnode::crypto
