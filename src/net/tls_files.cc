#include "net/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>

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

std::optional<std::string> ReadFile(const std::filesystem::path& path, std::string& reason) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.is_open() || file.bad()) {
    reason = path.string() + ": cannot be read: " + std::generic_category().message(errno);
    return std::nullopt;
  }
  if (text.size() > kMaxFile) {
    reason = path.string() + ": is too large for a PEM file";
    return std::nullopt;
  }
  return text;
}

Bio Reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Answers OpenSSL's question for a pass phrase: there is none. It would ask the terminal otherwise.
int NoPassPhrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) { return -1; }

}  // namespace

Result<TlsFiles> LoadTlsFiles(const std::filesystem::path& certificate_file,
                              const std::filesystem::path& key_file, std::string& reason) {
  auto certificates = ReadFile(certificate_file, reason);
  if (!certificates.has_value()) return Error{Errc::kUnavailable, 0, "certificate"};
  auto key_text = ReadFile(key_file, reason);
  if (!key_text.has_value()) return Error{Errc::kUnavailable, 0, "key"};

  const Bio certificate_bio = Reading(*certificates);
  const Bio key_bio = Reading(*key_text);
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
  return TlsFiles{.certificates = *std::move(certificates), .key = *std::move(key_text)};
}

}  // namespace idnode::net
