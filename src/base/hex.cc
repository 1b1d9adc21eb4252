#include "base/hex.h"

#include <cstddef>

namespace idnode {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

// 16 for what is no digit.
unsigned DigitValue(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a' + 10);
  if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A' + 10);
  return 16;
}

}  // namespace

std::string ToHex(Bytes octets) {
  std::string out;
  out.reserve(octets.size() * 2);
  for (const std::uint8_t octet : octets) {
    out += kDigits[octet >> 4];
    out += kDigits[octet & 15];
  }
  return out;
}

Result<std::vector<std::uint8_t>> FromHex(std::string_view text) {
  std::vector<std::uint8_t> out;
  out.reserve(text.size() / 2);
  unsigned high = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned value = DigitValue(text[i]);
    if (value > 15) return Error{Errc::kMalformed, static_cast<std::uint32_t>(i), "hex digit"};
    if (i % 2 == 0) {
      high = value;
    } else {
      out.push_back(static_cast<std::uint8_t>(high << 4 | value));
    }
  }
  if (text.size() % 2 != 0) {
    return Error{Errc::kMalformed, static_cast<std::uint32_t>(text.size()), "hex length"};
  }
  return out;
}

}  // namespace idnode
