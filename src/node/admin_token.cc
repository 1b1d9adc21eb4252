#include "node/admin_token.h"

#include <array>
#include <string_view>

#include "base/bytes.h"
#include "base/small_file.h"
#include "crypto/random.h"

namespace idnode::node {
namespace {

constexpr std::string_view kSecretTag = "idn_";
constexpr std::size_t kSecretSize = 32;  // octets of randomness
constexpr std::size_t kMaxSecretFile = 1'024;

// Base64url without padding (RFC 4648, section 5).
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

std::filesystem::path AdminTokenFile(const std::filesystem::path& directory) {
  return directory / "admin.token";
}

std::string MakeSecret() {
  std::array<std::uint8_t, kSecretSize> octets{};
  crypto::FillRandom(octets);
  return std::string(kSecretTag) + Base64Url(octets);
}

Result<std::string> ReadOrMakeAdminSecret(const std::filesystem::path& directory) {
  const std::filesystem::path file = AdminTokenFile(directory);
  Result<std::string> read = ReadFile(file, kMaxSecretFile);
  if (read.ok()) {
    std::string secret = std::move(read).value();
    while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
    if (!secret.starts_with(kSecretTag)) return Error{Errc::kMalformed, 0, "admin.token"};
    return secret;
  }
  if (read.error().code != Errc::kNotFound) return read.error();
  std::string secret = MakeSecret();
  const Status written = WriteFile(file, secret + "\n", 0600);
  if (!written.ok()) return written.error();
  return secret;
}

}  // namespace idnode::node
