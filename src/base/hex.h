// Octets as hexadecimal text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace idnode {

// Two digits an octet, lower case, nothing between: {0x00, 0xAF} is "00af".
std::string ToHex(Bytes octets);

// The octets that `text` spells; both cases are read. Errors: kMalformed, an odd number of digits
// (`detail` is the length) or another character (`detail` is its offset).
Result<std::vector<std::uint8_t>> FromHex(std::string_view text);

}  // namespace idnode
