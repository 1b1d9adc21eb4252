#include "net/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <system_error>
#include <utility>

#include "base/small_file.h"

namespace idnode::net {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const noexcept {
    (void)Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

constexpr std::size_t kMaxFile = std::size_t{1} << 20;  // octets; a chain has some thousands

Result<std::string> ReadPem(const std::filesystem::path& path, std::string& reason) {
  Result<std::string> text = ReadFile(path, kMaxFile);
  if (text.ok()) return text;
  const Error& error = text.error();
  reason = path.string() + ": cannot be read: " +
           (error.code == Errc::kTooLarge
                ? "it is too large for a PEM file"
                : std::generic_category().message(static_cast<int>(error.detail)));
  return error;
}

Bio Reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Answers OpenSSL's question for a pass phrase: there is none. It would ask the terminal otherwise.
int NoPassPhrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) { return -1; }

}  // namespace

Result<TlsFiles> LoadTlsFiles(const std::filesystem::path& certificate_file,
                              const std::filesystem::path& key_file, std::string& reason) {
  Result<std::string> certificates = ReadPem(certificate_file, reason);
  if (!certificates.ok()) return certificates.error();
  Result<std::string> key_text = ReadPem(key_file, reason);
  if (!key_text.ok()) return key_text.error();

  const Bio certificate_bio = Reading(certificates.value());
  const Bio key_bio = Reading(key_text.value());
  const Certificate certificate(
      PEM_read_bio_X509(certificate_bio.get(), nullptr, NoPassPhrase, nullptr));
  const Key key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, NoPassPhrase, nullptr));
  ERR_clear_error();
  if (certificate == nullptr) {
    reason = certificate_file.string() +
             ": holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)";
    return Error{Errc::kMalformed, 0, "certificate"};
  }
  if (key == nullptr) {
    reason = key_file.string() +
             ": holds no private key in PEM form (-----BEGIN PRIVATE KEY-----), or one that needs "
             "a pass phrase; remove that with: openssl pkey -in OLD -out NEW";
    return Error{Errc::kMalformed, 0, "key"};
  }
  const bool fits = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (!fits) {
    reason = key_file.string() + ": is not the key of the first certificate in " +
             certificate_file.string();
    return Error{Errc::kMalformed, 0, "key"};
  }
  return TlsFiles{.certificates = std::move(certificates).value(),
                  .key = std::move(key_text).value()};
}

}  // namespace idnode::net
