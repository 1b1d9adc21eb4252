#include "audit/seq_set.h"

#include <bit>

namespace idnode::audit {
namespace {

constexpr std::uint64_t kWordBits = 64;

constexpr std::uint64_t Mask(std::uint64_t offset) noexcept {
  return std::uint64_t{1} << (offset % kWordBits);
}

}  // namespace

void SeqSet::Insert(ledger::Seq seq) {
  const std::uint64_t offset = seq % kChunkBits;
  std::uint64_t& word = chunks_[seq / kChunkBits][offset / kWordBits];
  if ((word & Mask(offset)) == 0) ++size_;
  word |= Mask(offset);
}

bool SeqSet::Erase(ledger::Seq seq) noexcept {
  const auto chunk = chunks_.find(seq / kChunkBits);
  if (chunk == chunks_.end()) return false;
  const std::uint64_t offset = seq % kChunkBits;
  std::uint64_t& word = chunk->second[offset / kWordBits];
  if ((word & Mask(offset)) == 0) return false;
  word &= ~Mask(offset);
  --size_;
  return true;
}

bool SeqSet::Contains(ledger::Seq seq) const noexcept {
  const auto chunk = chunks_.find(seq / kChunkBits);
  const std::uint64_t offset = seq % kChunkBits;
  return chunk != chunks_.end() && (chunk->second[offset / kWordBits] & Mask(offset)) != 0;
}

std::optional<ledger::Seq> SeqSet::From(ledger::Seq seq) const noexcept {
  std::uint64_t offset = seq % kChunkBits;
  auto chunk = chunks_.lower_bound(seq / kChunkBits);
  if (chunk != chunks_.end() && chunk->first != seq / kChunkBits) offset = 0;
  for (; chunk != chunks_.end(); ++chunk, offset = 0) {
    // Of the first word only the bits from `offset` on.
    std::uint64_t wanted = ~std::uint64_t{0} << (offset % kWordBits);
    for (std::uint64_t word = offset / kWordBits; word < chunk->second.size(); ++word) {
      const std::uint64_t bits = chunk->second[word] & wanted;
      wanted = ~std::uint64_t{0};
      if (bits == 0) continue;
      return chunk->first * kChunkBits + word * kWordBits +
             static_cast<std::uint64_t>(std::countr_zero(bits));
    }
  }
  return std::nullopt;
}

}  // namespace idnode::audit
