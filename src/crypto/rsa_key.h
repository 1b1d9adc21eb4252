// The RSA key of a server: what it proves with that an answer is its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace idnode::crypto {

// A private key with its public half. Immutable, for any thread.
class RsaKey {
 public:
  static constexpr int kBits = 2'048;  // of generated keys; others are read as they are
  static constexpr int kMinBits = 1'024;
  static constexpr int kMaxBits = 16'384;

  // A new key. Takes a tenth of a second or more. A failure of OpenSSL ends the process.
  static RsaKey Generate();

  // Reads PEM: PKCS#8 ("BEGIN PRIVATE KEY") or PKCS#1 ("BEGIN RSA PRIVATE KEY"), without a
  // passphrase. Errors: kMalformed, no such key; kDenied, it needs a passphrase; kTooLarge, a
  // number of bits outside the limits above.
  static Result<RsaKey> Parse(std::string_view pem);

  // Parse() of a file. Errors: as there, and those of ReadFile().
  static Result<RsaKey> Load(const std::filesystem::path& path);

  // Load(), or if there is no such file, Generate() and write the file with access 0600. Errors:
  // as there, and those of WriteFile().
  static Result<RsaKey> LoadOrGenerate(const std::filesystem::path& path);

  RsaKey(RsaKey&&) noexcept;
  RsaKey& operator=(RsaKey&&) noexcept;
  ~RsaKey();

  // Unsigned, big-endian, no leading zeros.
  Bytes public_exponent() const noexcept { return exponent_; }
  Bytes modulus() const noexcept { return modulus_; }

  std::string ToPem() const;  // PKCS#8; secret

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using Handle = std::unique_ptr<evp_pkey_st, Free>;

  explicit RsaKey(Handle key);

  Handle key_;
  std::vector<std::uint8_t> exponent_;
  std::vector<std::uint8_t> modulus_;
};

}  // namespace idnode::crypto
