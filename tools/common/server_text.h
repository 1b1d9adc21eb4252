// How a server is named on a command line.
#pragma once

#include <string_view>

namespace idnode::tools {

// "HOST:PORT", an IPv6 address in brackets, the port from 1 to 65535. The host is not looked up.
bool IsHostAndPort(std::string_view text) noexcept;

}  // namespace idnode::tools
