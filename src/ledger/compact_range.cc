#include "ledger/compact_range.h"

#include <bit>
#include <utility>

namespace idnode::ledger {

Hash NodeHash(const Hash& left, const Hash& right) noexcept {
  const std::array<std::uint8_t, 1> tag = {0x01};
  return crypto::Sha256({tag, left, right});
}

Result<CompactRange> CompactRange::Of(std::uint64_t size, std::vector<Hash> hashes) {
  if (hashes.size() != static_cast<std::size_t>(std::popcount(size))) {
    return Error{Errc::kMalformed, 0, "compact range"};
  }
  CompactRange range;
  range.size_ = size;
  range.hashes_ = std::move(hashes);
  return range;
}

void CompactRange::Append(const Hash& leaf_hash) {
  Hash hash = leaf_hash;
  // Every low bit that is set is a full subtree as large as what is being added: they become one.
  for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    hash = NodeHash(hashes_.back(), hash);
    hashes_.pop_back();
  }
  hashes_.push_back(hash);
  ++size_;
}

Hash CompactRange::Root() const noexcept {
  if (hashes_.empty()) return crypto::Sha256({});
  Hash root = hashes_.back();
  for (std::size_t i = hashes_.size() - 1; i > 0; --i) root = NodeHash(hashes_[i - 1], root);
  return root;
}

}  // namespace idnode::ledger
