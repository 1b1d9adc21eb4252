// Text as a JSON string (RFC 8259, section 7).
#pragma once

#include <string>
#include <string_view>

namespace idnode {

// In quotes; quotes, backslashes and control characters escaped, everything else as it is.
std::string JsonText(std::string_view text);

}  // namespace idnode
