#include "base/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace idnode {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reflected: the lowest bit is the first

constexpr std::array<std::uint32_t, 256> MakeTable() noexcept {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t octet = 0; octet < table.size(); ++octet) {
    std::uint32_t crc = octet;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    table[octet] = crc;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = MakeTable();

#if defined(__x86_64__)
// Compiled for SSE4.2 whatever the rest is compiled for, so one binary runs everywhere.
__attribute__((target("sse4.2"))) std::uint32_t BySse42(Bytes octets,
                                                        std::uint32_t before) noexcept {
  std::uint64_t crc = ~before;
  for (; octets.size() >= sizeof(std::uint64_t); octets = octets.subspan(sizeof(std::uint64_t))) {
    std::uint64_t word = 0;
    std::memcpy(&word, octets.data(), sizeof(word));  // need not be aligned
    crc = _mm_crc32_u64(crc, word);
  }
  auto tail = static_cast<std::uint32_t>(crc);
  for (const std::uint8_t octet : octets) tail = _mm_crc32_u8(tail, octet);
  return ~tail;
}
#endif

}  // namespace

std::uint32_t Crc32cByTable(Bytes octets, std::uint32_t before) noexcept {
  std::uint32_t crc = ~before;
  for (const std::uint8_t octet : octets) crc = (crc >> 8) ^ kTable[(crc ^ octet) & 0xFF];
  return ~crc;
}

std::uint32_t Crc32c(Bytes octets, std::uint32_t before) noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return BySse42(octets, before);
#endif
  return Crc32cByTable(octets, before);
}

}  // namespace idnode
