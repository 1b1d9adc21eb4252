// Certificates for tests, made on the spot.
#pragma once

#include <filesystem>
#include <string>

namespace idnode::serve {

struct TestCertificate {
  std::filesystem::path certificate_file;
  std::filesystem::path key_file;
  std::string certificate;  // PEM
};

// A self-signed certificate for 127.0.0.1 and localhost, and its key, as NAME.pem and NAME.key in
// `directory`. A pass phrase, if given, protects the key.
TestCertificate MakeCertificate(const std::filesystem::path& directory, const std::string& name,
                                const std::string& pass_phrase = {});

}  // namespace idnode::serve
