// The Merkle tree as RFC 9162 writes it down, section 2.1.1, word for word and without a thought
// for speed: what the compact range is held against.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "crypto/digest.h"

namespace idnode::ledger {

// MTH({}) = HASH(); MTH({d[0]}) = HASH(0x00 || d[0]); otherwise, with k the largest power of two
// smaller than n, MTH(D_n) = HASH(0x01 || MTH(D[0:k]) || MTH(D[k:n])).
inline crypto::Sha256Digest NaiveRoot(std::span<const std::string> entries) {
  if (entries.empty()) return crypto::Sha256({});
  if (entries.size() == 1) {
    const std::array<std::uint8_t, 1> tag = {0};
    return crypto::Sha256({tag, AsBytes(entries.front())});
  }
  std::size_t k = 1;
  while (2 * k < entries.size()) k *= 2;
  const std::array<std::uint8_t, 1> tag = {1};
  return crypto::Sha256({tag, NaiveRoot(entries.first(k)), NaiveRoot(entries.subspan(k))});
}

}  // namespace idnode::ledger
