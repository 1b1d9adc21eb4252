// A range of addresses, as an allow-list names it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/endpoint.h"

namespace idnode {

// All addresses whose first `bits` are those of `address`; its other bits are zero. A value; a
// fresh one is "::/0".
struct Network {
  Address address;
  std::uint8_t bits = 0;  // of the mapped form: 192.0.2.0/24 has 96 + 24

  // Reads "192.0.2.0/24" or "2001:db8::/32"; without a slash, the one address. Errors: kMalformed,
  // also when bits are set beyond the prefix length.
  static Result<Network> Parse(std::string_view text);

  bool Contains(const Address& other) const noexcept;

  std::string ToText() const;  // without the slash if it is one address

  friend bool operator==(const Network&, const Network&) = default;
};

}  // namespace idnode
