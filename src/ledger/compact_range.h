// The Merkle tree of RFC 9162, section 2.1, as small as it can be kept: the roots of the full
// subtrees that its leaves fill from the left, one for every bit of the size.
//
//   size 7 = 4 + 2 + 1        a       b     c        three hashes, the largest subtree first
//                           /   \    / \    |
//                          0 1 2 3  4   5   6
//
// From these the root follows, and appending a leaf touches only them; no interior node is stored.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "ledger/entry.h"

namespace idnode::ledger {

// SHA-256(0x01 || left || right).
Hash NodeHash(const Hash& left, const Hash& right) noexcept;

// A value. One thread.
class CompactRange {
 public:
  CompactRange() = default;

  // What Append() has made of `size` leaves. Errors: kMalformed unless there is a hash for every
  // bit of `size`.
  static Result<CompactRange> Of(std::uint64_t size, std::vector<Hash> hashes);

  void Append(const Hash& leaf_hash);

  // SHA-256 of nothing for the empty tree.
  Hash Root() const noexcept;

  std::uint64_t size() const noexcept { return size_; }
  const std::vector<Hash>& hashes() const noexcept { return hashes_; }  // largest subtree first

  friend bool operator==(const CompactRange&, const CompactRange&) = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> hashes_;
};

}  // namespace idnode::ledger
