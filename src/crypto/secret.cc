#include "crypto/secret.h"

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/random.h"

namespace idnode::crypto {
namespace {

std::string Base64Url(Bytes octets) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const std::uint8_t octet : octets) {
    bits = bits << 8 | octet;
    count += 8;
    for (; count >= 6; count -= 6) out += kDigits[bits >> (count - 6) & 0x3F];
  }
  if (count > 0) out += kDigits[bits << (6 - count) & 0x3F];
  return out;
}

}  // namespace

std::string MakeSecret() {
  std::array<std::uint8_t, 32> octets{};
  FillRandom(octets);
  return std::string(kSecretTag) + Base64Url(octets);
}

}  // namespace idnode::crypto
