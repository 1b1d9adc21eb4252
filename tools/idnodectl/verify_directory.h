// Verification without a node: of a data directory that nobody writes to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "idnode/v1/audit.pb.h"
#include "texts.h"

namespace idnode::ctl {

// Rebuilds everything from the entries in `directory` and compares, as Audit.Verify does; looks at
// the mark file as well. Reads only, also where nothing can be written. Throws a Failure if there
// is no data, or a node has the directory open.
v1::VerifyResponse::Result VerifyDirectory(
    const std::filesystem::path& directory, Language language,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress);

}  // namespace idnode::ctl
