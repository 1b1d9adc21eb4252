#include "base/utf8.h"

#include <cstdint>

namespace idnode {
namespace {

std::uint8_t Octet(std::string_view text, std::size_t offset) noexcept {
  return static_cast<std::uint8_t>(text[offset]);
}

bool IsContinuation(std::uint8_t octet) noexcept { return (octet & 0xC0) == 0x80; }

// What the first octet of a sequence promises. `least` is the smallest code point that needs as
// many octets: a smaller one is overlong.
struct Lead {
  std::size_t octets;  // 0: cannot begin a sequence
  char32_t bits;
  char32_t least;
};

Lead ReadLead(std::uint8_t octet) noexcept {
  if (octet < 0x80) return {1, octet, 0};
  if (octet < 0xC0) return {0, 0, 0};
  if (octet < 0xE0) return {2, octet & 0x1FU, 0x80};
  if (octet < 0xF0) return {3, octet & 0x0FU, 0x800};
  if (octet < 0xF8) return {4, octet & 0x07U, 0x1'0000};
  return {0, 0, 0};
}

}  // namespace

char32_t NextCodePoint(std::string_view text, std::size_t& offset) noexcept {
  const Lead lead = ReadLead(Octet(text, offset));
  if (lead.octets == 0 || lead.octets > text.size() - offset) return kNoCodePoint;
  char32_t point = lead.bits;
  for (std::size_t i = 1; i < lead.octets; ++i) {
    const std::uint8_t octet = Octet(text, offset + i);
    if (!IsContinuation(octet)) return kNoCodePoint;
    point = point << 6 | (octet & 0x3FU);
  }
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < lead.least || surrogate || point > 0x10'FFFF) return kNoCodePoint;
  offset += lead.octets;
  return point;
}

Result<std::size_t> CountCodePoints(std::string_view text) noexcept {
  std::size_t count = 0;
  for (std::size_t offset = 0; offset < text.size(); ++count) {
    if (NextCodePoint(text, offset) == kNoCodePoint) {
      return Error{Errc::kMalformed, static_cast<std::uint32_t>(offset), "UTF-8"};
    }
  }
  return count;
}

std::string_view CutUtf8(std::string_view text, std::size_t octets) noexcept {
  if (text.size() <= octets) return text;
  std::size_t end = octets;
  for (int back = 0; back < 3 && end > 0 && IsContinuation(Octet(text, end)); ++back) --end;
  return text.substr(0, IsContinuation(Octet(text, end)) ? octets : end);
}

}  // namespace idnode
