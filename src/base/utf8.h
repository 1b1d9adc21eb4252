// UTF-8, read strictly: Unicode 15.0, table 3-7 (the same as RFC 3629, section 4).
//
// Overlong forms, surrogates and code points above U+10FFFF are malformed. Nothing is normalised.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace idnode {

// What NextCodePoint() returns for octets that are no UTF-8; no code point has this value.
inline constexpr char32_t kNoCodePoint = 0xFFFF'FFFF;

// The code point that begins at `offset`, which is moved behind it. Malformed or cut off:
// kNoCodePoint, and `offset` stays. Does not allocate. REQUIRES: offset < text.size().
char32_t NextCodePoint(std::string_view text, std::size_t& offset) noexcept;

// How many code points `text` has. Errors: kMalformed, `detail` is the offset of the first octet
// that belongs to none.
Result<std::size_t> CountCodePoints(std::string_view text) noexcept;

// The longest beginning of `text` of at most `octets` octets that does not cut a code point in two:
// for messages that quote a user's text. Malformed text is cut where it stands.
std::string_view CutUtf8(std::string_view text, std::size_t octets) noexcept;

}  // namespace idnode
