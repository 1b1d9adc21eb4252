// The data directory itself: made, or looked at whether it keeps out who does not belong.
#pragma once

#include <filesystem>

#include "base/logger.h"

namespace idnode::node {

// Makes `directory` for its owner alone. One that is there already, as a mount point that somebody
// has made:
//
//   ours, and nothing in it but perhaps lost+found  closed to everybody else, as one that we make
//   group or others may write in it                 refused: what they put there would be believed
//   they may enter or read it, or it belongs to     a warning: the node's own files are closed to
//   another user than us and root                   everybody else, their names are not
//
// A store in it that an earlier start has left open to others is closed. Throws std::runtime_error
// in words for the operator.
void PrepareDirectory(const std::filesystem::path& directory, Logger& logger);

}  // namespace idnode::node
