// The data of values of type HS_PUBKEY, and the public key of a server in its site record: RSA.
//
//   size    field
//   4 + n   key type         "RSA_PUB_KEY"
//   2       flags            0
//   4 + n   public exponent  big-endian, with an octet 0 in front if the first bit is set
//   4 + n   modulus          likewise
//   4       0                HANDLE.NET's encoder reserves too much; its decoder does not look
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace idnode::handle {

// Unsigned big-endian integers.
struct RsaPublicKey {
  Bytes exponent;
  Bytes modulus;
};

// Appends the encoding, trailing zeros included, octet for octet as HANDLE.NET writes it. Leading
// zeros in `key` are free.
void EncodeRsaPublicKey(const RsaPublicKey& key, std::vector<std::uint8_t>& out);

// Reads it, with or without trailing zeros; the integers come without leading zeros. Errors:
// kTruncated; kTooLarge; kMalformed, another type of key or other octets at the end.
Result<RsaPublicKey> DecodeRsaPublicKey(Bytes octets) noexcept;

}  // namespace idnode::handle
