#include "crypto/rsa_key.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdlib>
#include <utility>

#include "base/small_file.h"

namespace idnode::crypto {
namespace {

constexpr std::size_t kMaxFile = 65'536;  // octets
constexpr mode_t kOwnerOnly = 0600;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

// Called by OpenSSL for a passphrase: takes note that one is wanted, and has none. Without it
// OpenSSL would ask at the terminal.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* wanted) noexcept {
  *static_cast<bool*>(wanted) = true;
  return -1;
}

std::vector<std::uint8_t> Number(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) std::abort();
  std::vector<std::uint8_t> octets(static_cast<std::size_t>(BN_num_bytes(number)));
  BN_bn2bin(number, octets.data());
  BN_free(number);
  return octets;
}

}  // namespace

void RsaKey::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

RsaKey::RsaKey(Handle key)
    : key_(std::move(key)),
      exponent_(Number(key_.get(), OSSL_PKEY_PARAM_RSA_E)),
      modulus_(Number(key_.get(), OSSL_PKEY_PARAM_RSA_N)) {}
RsaKey::RsaKey(RsaKey&&) noexcept = default;
RsaKey& RsaKey::operator=(RsaKey&&) noexcept = default;
RsaKey::~RsaKey() = default;

RsaKey RsaKey::Generate() {
  Handle key(EVP_RSA_gen(kBits));
  if (key == nullptr) std::abort();
  return RsaKey(std::move(key));
}

Result<RsaKey> RsaKey::Parse(std::string_view pem) {
  if (pem.size() > kMaxFile) return Error{Errc::kTooLarge, 0, "private key"};
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free_all);
  if (bio == nullptr) std::abort();
  bool wanted = false;
  Handle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassphrase, &wanted));
  ERR_clear_error();  // what it left there is nobody's business
  if (wanted) return Error{Errc::kDenied, 0, "private key with a passphrase"};
  if (key == nullptr) return Error{Errc::kMalformed, 0, "private key in PEM form"};
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1) return Error{Errc::kMalformed, 0, "RSA private key"};
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < kMinBits || bits > kMaxBits) return Error{Errc::kTooLarge, 0, "bits of the RSA key"};
  return RsaKey(std::move(key));
}

Result<RsaKey> RsaKey::Load(const std::filesystem::path& path) {
  auto pem = ReadFile(path, kMaxFile);
  if (!pem.ok()) return pem.error();
  std::string text = std::move(pem).value();
  auto key = Parse(text);
  OPENSSL_cleanse(text.data(), text.size());
  return key;
}

Result<RsaKey> RsaKey::LoadOrGenerate(const std::filesystem::path& path) {
  auto loaded = Load(path);
  if (loaded.ok() || loaded.error().code != Errc::kNotFound) return loaded;
  RsaKey key = Generate();
  std::string pem = key.ToPem();
  const Status written = WriteFile(path, pem, kOwnerOnly);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (!written.ok()) return written.error();
  return key;
}

std::string RsaKey::ToPem() const {
  const Bio bio(BIO_new(BIO_s_secmem()), &BIO_free_all);
  if (bio == nullptr || PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0,
                                                      nullptr, nullptr) != 1) {
    std::abort();
  }
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace idnode::crypto
