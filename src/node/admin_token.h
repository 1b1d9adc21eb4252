// The administrator who needs nobody to let them in: whoever can read a file in the data directory.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace idnode::node {

// DIR/admin.token: the secret of that administrator's token, one line, mode 0600.
std::filesystem::path AdminTokenFile(const std::filesystem::path& directory);

// The secret in that file. Errors: kNotFound, kDenied (`detail` errno); kMalformed or kTooLarge,
// the file holds something else.
Result<std::string> ReadAdminSecret(const std::filesystem::path& directory);

// The same; if there is none, makes one and writes it, synced. So the file is there
// before the entry that lets its bearer in, and a kill between the two locks nobody out.
// Errors: as above, and kUnavailable.
Result<std::string> ReadOrMakeAdminSecret(const std::filesystem::path& directory);

// Makes one in any case, and writes it over the one that is there. Errors: kDenied, kUnavailable.
Result<std::string> MakeAdminSecret(const std::filesystem::path& directory);

}  // namespace idnode::node
