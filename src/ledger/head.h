// The head of a shard: the one small value that every commit replaces.
//
//   octets  field
//   0       layout version of the whole store, 1
//   1-4     epoch: how many writers have opened this shard, this one included
//   5-12    seq: entries in the log, the size of the tree
//   13-28   writer nonce, new in every commit: how a writer recognises its own
//   29-36   time of the last entry, ms since 1970 UTC
//   37-44   lag: how far behind that time the wall clock was when it was last accepted, ms
//   45      n, hashes of the compact range
//   46-     the hashes, 32 octets each, the largest subtree first
//   4       n, octets of the gate
//   -       gate: facts from outside the shard that commits depend on; empty so far
//   4       CRC-32C of all before
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ledger/compact_range.h"

namespace idnode::ledger {

inline constexpr std::uint8_t kLayoutVersion = 1;

using WriterNonce = std::array<std::uint8_t, 16>;

struct Head {
  std::uint32_t epoch = 0;
  WriterNonce nonce{};
  std::int64_t time_ms = 0;
  std::int64_t lag_ms = 0;
  CompactRange tree;
  std::string gate;

  Seq seq() const noexcept { return tree.size(); }
  friend bool operator==(const Head&, const Head&) = default;
};

std::string EncodeHead(const Head& head);

// Errors: kCorrupt     the checksum does not fit, or the fields do not
//         kTooLarge    a newer layout than this program knows; `detail` is its version
Result<Head> DecodeHead(std::string_view value);

}  // namespace idnode::ledger
