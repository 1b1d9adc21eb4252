// The RSA key of the site: that of site.key_file, or DIR/site-key.pem.
#pragma once

#include <filesystem>
#include <optional>

#include "crypto/rsa_key.h"
#include "node/config.h"

namespace idnode::node {

// The key. Nothing: site.key_file names none, and the directory has none yet. Changes nothing.
// Throws std::runtime_error in words for the operator.
std::optional<crypto::RsaKey> ReadSiteKey(const Config& config,
                                          const std::filesystem::path& directory);

// `read`, or where there is none a new one, written to DIR/site-key.pem. Throws as above.
crypto::RsaKey SiteKey(std::optional<crypto::RsaKey> read, const std::filesystem::path& directory);

}  // namespace idnode::node
