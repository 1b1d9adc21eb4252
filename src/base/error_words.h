// An error in words, for the log and for the operator.
#pragma once

#include <string>

#include "base/result.h"

namespace idnode {

// What failed, and the system's word for it: "sync: No space left on device".
std::string InWords(const Error& error);

}  // namespace idnode
