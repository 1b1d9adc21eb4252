// What keeps a tool from starting on its work, in words for people.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/text.h"

namespace idnode::tools {

struct Fault {
  const char* code;    // for programs: "file_unreadable"; "usage" when the command line is wrong
  std::string option;  // the one at fault
  Text cause;
  Text fix;
};

// The whole of the file `path`, which `option` names, into `text`; a fault when it cannot be read
// or has more than `limit` octets.
std::optional<Fault> ReadFile(const std::string& path, std::size_t limit, const std::string& option,
                              std::string& text);

// `reason` is errno.
Fault FileUnreadable(const std::string& path, int reason, const std::string& option);

}  // namespace idnode::tools
