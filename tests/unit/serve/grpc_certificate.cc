#include "grpc_certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <memory>
#include <stdexcept>

namespace idnode::serve {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

void Check(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(what);
}

void AddExtension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  Check(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "extension");
  X509_EXTENSION_free(extension);
}

Certificate SelfSigned(EVP_PKEY* key) {
  Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  AddExtension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  Check(X509_sign(certificate.get(), key, EVP_sha256()) != 0, "sign");
  return certificate;
}

std::string Contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

TestCertificate MakeCertificate(const std::filesystem::path& directory, const std::string& name,
                                const std::string& pass_phrase) {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  Check(key != nullptr, "key");
  const Certificate certificate = SelfSigned(key.get());
  const Bio certificate_bio(BIO_new(BIO_s_mem()), &BIO_free);
  const Bio key_bio(BIO_new(BIO_s_mem()), &BIO_free);
  Check(PEM_write_bio_X509(certificate_bio.get(), certificate.get()) == 1, "certificate");
  const auto* phrase = reinterpret_cast<const unsigned char*>(pass_phrase.data());
  Check(PEM_write_bio_PrivateKey(key_bio.get(), key.get(),
                                 pass_phrase.empty() ? nullptr : EVP_aes_128_cbc(),
                                 pass_phrase.empty() ? nullptr : phrase,
                                 static_cast<int>(pass_phrase.size()), nullptr, nullptr) == 1,
        "key");
  TestCertificate out{.certificate_file = directory / (name + ".pem"),
                      .key_file = directory / (name + ".key"),
                      .certificate = Contents(certificate_bio.get())};
  std::ofstream(out.certificate_file) << out.certificate;
  std::ofstream(out.key_file) << Contents(key_bio.get());
  return out;
}

}  // namespace idnode::serve
