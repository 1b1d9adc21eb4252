#include "base/network.h"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace idnode {
namespace {

constexpr std::uint8_t kAllBits = 128;
constexpr std::uint8_t kIpv4Offset = 96;  // of the first bit of a mapped address

// The first `bits` of `address`.
Address Masked(const Address& address, std::uint8_t bits) noexcept {
  Address out = address;
  for (std::size_t i = 0; i < sizeof out.octets.s6_addr; ++i) {
    const std::size_t first = 8 * i;
    if (first >= bits) {
      out.octets.s6_addr[i] = 0;
    } else if (bits - first < 8) {
      out.octets.s6_addr[i] &= static_cast<std::uint8_t>(0xFF00U >> (bits - first));
    }
  }
  return out;
}

}  // namespace

Result<Network> Network::Parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = Address::Parse(text.substr(0, slash));
  if (!address.ok()) return address.error();
  Network out{address.value(), kAllBits};
  if (slash == std::string_view::npos) return out;

  const std::string_view length = text.substr(slash + 1);
  const bool ipv4 = out.address.is_ipv4() && text.find(':') == std::string_view::npos;
  const std::uint8_t offset = ipv4 ? kIpv4Offset : 0;
  const char* const last = length.data() + length.size();
  std::uint8_t bits = 0;
  const auto [end, error] = std::from_chars(length.data(), last, bits);
  if (error != std::errc() || end != last || bits > kAllBits - offset) {
    return Error{Errc::kMalformed, 0, "prefix length"};
  }
  out.bits = static_cast<std::uint8_t>(offset + bits);
  if (Masked(out.address, out.bits) != out.address) {
    return Error{Errc::kMalformed, 0, "bits beyond the prefix length"};
  }
  return out;
}

bool Network::Contains(const Address& other) const noexcept {
  return Masked(other, bits) == address;
}

std::string Network::ToText() const {
  if (bits == kAllBits) return address.ToText();
  const bool ipv4 = address.is_ipv4() && bits >= kIpv4Offset;
  return address.ToText() + "/" + std::to_string(ipv4 ? bits - kIpv4Offset : bits);
}

}  // namespace idnode
