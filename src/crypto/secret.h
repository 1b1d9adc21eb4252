// Secrets of tokens.
#pragma once

#include <string>
#include <string_view>

namespace idnode::crypto {

// What every secret begins with, so that people and scanners know one when they see it.
inline constexpr std::string_view kSecretTag = "idn_";

// A new secret: the tag, then 32 random octets in base64url without padding (RFC 4648, section 5).
// Any thread.
std::string MakeSecret();

}  // namespace idnode::crypto
