// The checksum at the end of every stored value: CRC-32C of the octets before it, big-endian.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace idnode::ledger {

inline constexpr std::size_t kSealSize = 4;  // octets

// Appends the checksum of what is in `value`.
void Seal(std::string& value);

// The octets before the checksum, a view into `value`. Errors: kCorrupt if it does not fit them.
Result<std::string_view> Unseal(std::string_view value) noexcept;

}  // namespace idnode::ledger
