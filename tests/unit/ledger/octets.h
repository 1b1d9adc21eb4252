// Octets spelt out in tests, and what every decoder is put through.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/hex.h"
#include "base/result.h"
#include "ledger/sealed.h"

namespace idnode::ledger {

// "02 01 00" to octets; blanks are free.
inline std::string Octets(std::string_view hex) {
  std::string digits;
  for (const char c : hex) {
    if (c != ' ') digits += c;
  }
  const auto octets = FromHex(digits);
  if (!octets.ok()) throw std::invalid_argument("not hexadecimal: " + digits);
  return {octets.value().begin(), octets.value().end()};
}

inline std::string SealedOctets(std::string octets) {
  Seal(octets);
  return octets;
}

// Octets that a decoder must refuse, and how.
struct RefusedOctets {
  std::string_view name;
  std::string octets;
  Errc code = Errc::kCorrupt;
  std::uint32_t detail = 0;
  friend void PrintTo(const RefusedOctets& row, std::ostream* out) { *out << row.name; }
};

template <typename T>
void ExpectRefused(const RefusedOctets& row, const Result<T>& decoded) {
  ASSERT_FALSE(decoded.ok()) << row.name;
  EXPECT_EQ(decoded.error().code, row.code) << row.name << ": " << decoded.error().what;
  EXPECT_EQ(decoded.error().detail, row.detail) << row.name << ": " << decoded.error().what;
}

// Every beginning of `octets` but the whole is refused with `code`. `decode` takes a
// std::string_view; the beginnings end where memory ends, so that a sanitizer sees a read behind.
template <typename Decode>
void ExpectEveryPrefixRefused(std::string_view octets, Errc code, Decode decode) {
  ASSERT_TRUE(decode(octets).ok());
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const std::vector<char> exact(octets.begin(), octets.begin() + static_cast<long>(size));
    const auto decoded = decode(std::string_view(exact.data(), exact.size()));
    ASSERT_FALSE(decoded.ok()) << size << " octets";
    EXPECT_EQ(decoded.error().code, code) << size << " octets: " << decoded.error().what;
  }
}

// The same of a stored value: every beginning as it is, and every beginning of its octets with a
// checksum that agrees. `least` octets and more of them may be a value of their own.
template <typename Decode>
void ExpectEveryPrefixOfValueRefused(const std::string& value, std::size_t least, Decode decode) {
  ExpectEveryPrefixRefused(value, Errc::kCorrupt, decode);
  const std::string octets = value.substr(0, value.size() - kSealSize);
  for (std::size_t size = 0; size < std::min(least, octets.size()); ++size) {
    const std::string shorter = SealedOctets(octets.substr(0, size));
    const auto decoded = decode(std::string_view(shorter));
    ASSERT_FALSE(decoded.ok()) << size << " octets and a checksum";
    EXPECT_EQ(decoded.error().code, Errc::kCorrupt) << size << " octets and a checksum";
  }
}

}  // namespace idnode::ledger
