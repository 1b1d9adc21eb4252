// A set of seqs that lie close together: one bit for each, in chunks that exist only where
// something was put in. So a seq that is nonsense costs a chunk, not the way to it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "ledger/entry.h"

namespace idnode::audit {

// A value. One thread.
class SeqSet {
 public:
  void Insert(ledger::Seq seq);

  // Whether it was in.
  bool Erase(ledger::Seq seq) noexcept;

  bool Contains(ledger::Seq seq) const noexcept;

  // The first one that is not below `seq`.
  std::optional<ledger::Seq> From(ledger::Seq seq) const noexcept;

  std::uint64_t size() const noexcept { return size_; }

 private:
  static constexpr std::uint64_t kChunkBits = std::uint64_t{1} << 16;  // 8 KB
  using Chunk = std::array<std::uint64_t, kChunkBits / 64>;

  std::map<std::uint64_t, Chunk> chunks_;  // by seq / kChunkBits
  std::uint64_t size_ = 0;
};

}  // namespace idnode::audit
