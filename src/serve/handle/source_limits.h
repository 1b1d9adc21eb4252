// How much a source gets over UDP that has not shown that it is where it says it is.
//
// A question of 80 octets may have an answer of kilobytes, and whoever asks over UDP can write any
// source into it: unlimited, the node would be an amplifier aimed at others. So every source
// (net/source.h) has an allowance of answers and octets a second. What is beyond it meets silence;
// a real client then asks over TCP, which proves its address, and a proven one is not limited. Nor
// are loopback and the networks that the operator trusts.
//
// The allowances stand in a table of fixed size under a secret hash, without their sources: two
// that meet in one row share its allowance, and whoever invents sources can neither fill the table
// nor push anybody out of it. A row is one word, the moment up to which its allowance is used
// (GCRA, the algorithm of ITU-T I.371), so a check is one load and one compare-and-swap.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/network.h"
#include "net/source.h"

namespace idnode::serve {

// Any thread, without a lock. 2.5 MiB.
class SourceLimits {
 public:
  struct Options {
    std::uint32_t answers = 1'000;             // a second
    std::uint64_t octets = 400 << 10;          // a second, envelopes included
    std::chrono::milliseconds burst{5'000};    // how much of both may come at once
    std::chrono::milliseconds proof{600'000};  // a proof lasts so long after its last use
    bool enforced = true;                      // false: count only
    std::vector<Network> trusted;              // these have no limit
  };

  using Key = std::array<std::uint8_t, 16>;

  // `key` makes the hash secret: random, and nobody else's.
  SourceLimits(Options options, const Key& key);

  // Takes an answer of `octets` to `peer` off its allowance. False: it is used up, and nothing is
  // taken. `now_ms` is Clock::BootMs().
  bool Take(const Address& peer, std::size_t octets, std::int64_t now_ms) noexcept;

  // `peer` has been heard over TCP.
  void Prove(const Address& peer, std::int64_t now_ms) noexcept;

  // Whether what is over the limit is to meet silence.
  bool enforced() const noexcept { return options_.enforced; }

 private:
  bool IsTrusted(const Address& peer) const noexcept;
  bool IsProven(std::uint64_t hash, std::int64_t now_ms) noexcept;  // and proves it anew
  void Prove(std::uint64_t hash, std::int64_t now_ms) noexcept;
  std::uint64_t HashOf(const net::Source& source) const noexcept;
  std::atomic<std::uint64_t>& ProofOf(std::uint64_t hash) noexcept;

  const Options options_;
  const std::array<std::uint64_t, 2> key_;
  std::vector<std::atomic<std::uint64_t>> used_until_;  // us, by hash
  std::vector<std::atomic<std::uint64_t>> proofs_;      // by hash
};

}  // namespace idnode::serve
