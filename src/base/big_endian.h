// Unsigned integers in network octet order, in memory that somebody has already checked.
// Reader and Writer are for everything else.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace idnode {

// g++ 12 leaves a loop where it should find this instruction.
template <std::unsigned_integral T>
T SwapOctets(T value) noexcept {
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
  return value;
}

// REQUIRES: sizeof(T) octets at `from`.
template <std::unsigned_integral T>
T LoadBigEndian(const std::uint8_t* from) noexcept {
  T value{};
  std::memcpy(&value, from, sizeof value);
  return std::endian::native == std::endian::big ? value : SwapOctets(value);
}

// REQUIRES: room for sizeof(T) octets at `to`.
template <std::unsigned_integral T>
void StoreBigEndian(T value, std::uint8_t* to) noexcept {
  if (std::endian::native != std::endian::big) value = SwapOctets(value);
  std::memcpy(to, &value, sizeof value);
}

}  // namespace idnode
