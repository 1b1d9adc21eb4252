// Files that are read and written whole: tokens, keys, the ready file.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace idnode {

// Puts `text` into the file `path` with access `mode`, replacing what is there: written beside it,
// synced, then renamed, and the directory synced. A crash leaves the old file or the new one,
// whole. Errors: kNotFound (no such directory), kDenied, kUnavailable (no space), kInternal;
// `detail` is errno and `what` the call.
Status WriteFile(const std::filesystem::path& path, std::string_view text, mode_t mode);

// The whole file. Errors: as above; kTooLarge, more than `limit` octets.
Result<std::string> ReadFile(const std::filesystem::path& path, std::size_t limit);

}  // namespace idnode
