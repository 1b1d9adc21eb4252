// The two files that make a server trusted: its certificate and the key to it.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace idnode::net {

struct TlsFiles {
  std::string certificates;  // PEM, the server's own first
  std::string key;           // PEM
};

// Reads both and checks that a server can use them: whole, free of a pass phrase, made for each
// other. Whether the certificate has expired is left to its clients. `reason` receives errors in
// words for the operator. Errors: kMalformed; those of
// ReadFile() in base/small_file.h.
Result<TlsFiles> LoadTlsFiles(const std::filesystem::path& certificate_file,
                              const std::filesystem::path& key_file, std::string& reason);

}  // namespace idnode::net
