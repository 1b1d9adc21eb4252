#include "serve/handle/source_limits.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace idnode::serve {
namespace {

// The low bits of a hash choose the allowance, some above them the proof, and the upper half tells
// the proofs of one place apart.
constexpr unsigned kAllowanceBits = 18;
constexpr unsigned kProofBits = 16;
constexpr unsigned kProofShift = 16;
constexpr unsigned kTagShift = 32;

constexpr std::size_t MaskOf(unsigned bits) noexcept { return (std::size_t{1} << bits) - 1; }

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every bit depends on every bit.
constexpr std::uint64_t Mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D0'49BB'1331'11EBU;
  return x ^ (x >> 31U);
}

}  // namespace

SourceLimits::SourceLimits(Options options, const Key& key)
    : options_(std::move(options)),
      key_(std::bit_cast<std::array<std::uint64_t, 2>>(key)),
      used_until_(std::size_t{1} << kAllowanceBits),
      proofs_(std::size_t{1} << kProofBits) {}

bool SourceLimits::Take(const Address& peer, std::size_t octets, std::int64_t now_ms) noexcept {
  if (IsTrusted(peer)) return true;
  const std::uint64_t hash = HashOf(net::SourceOf(peer));
  if (IsProven(hash, now_ms)) return true;

  constexpr std::uint64_t kSecond = 1'000'000;  // us
  const std::uint64_t cost =
      std::max(kSecond / options_.answers, octets * kSecond / options_.octets);
  const std::uint64_t now = static_cast<std::uint64_t>(now_ms) * 1'000;
  const std::uint64_t latest = now + static_cast<std::uint64_t>(options_.burst.count()) * 1'000;
  std::atomic<std::uint64_t>& row = used_until_[hash & MaskOf(kAllowanceBits)];
  std::uint64_t used_until = row.load(std::memory_order_relaxed);
  std::uint64_t next = 0;
  do {
    next = std::max(used_until, now) + cost;
    if (next > latest) return false;
  } while (!row.compare_exchange_weak(used_until, next, std::memory_order_relaxed));
  return true;
}

void SourceLimits::Prove(const Address& peer, std::int64_t now_ms) noexcept {
  Prove(HashOf(net::SourceOf(peer)), now_ms);
}

bool SourceLimits::IsTrusted(const Address& peer) const noexcept {
  return peer.is_loopback() || std::ranges::any_of(options_.trusted, [&](const Network& network) {
           return network.Contains(peer);
         });
}

// A proof is one word: half of the source's hash, and the second up to which it is good.
bool SourceLimits::IsProven(std::uint64_t hash, std::int64_t now_ms) noexcept {
  const std::uint64_t proof = ProofOf(hash).load(std::memory_order_relaxed);
  const bool is_of_source = (proof ^ hash) >> kTagShift == 0;
  if (!is_of_source || std::int64_t{static_cast<std::uint32_t>(proof)} <= now_ms / 1'000) {
    return false;
  }
  Prove(hash, now_ms);
  return true;
}

void SourceLimits::Prove(std::uint64_t hash, std::int64_t now_ms) noexcept {
  const std::int64_t until = (now_ms + options_.proof.count()) / 1'000;
  const std::uint64_t proof = (hash >> kTagShift << kTagShift) | static_cast<std::uint32_t>(until);
  std::atomic<std::uint64_t>& row = ProofOf(hash);
  if (row.load(std::memory_order_relaxed) != proof) row.store(proof, std::memory_order_relaxed);
}

std::uint64_t SourceLimits::HashOf(const net::Source& source) const noexcept {
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(source);
  return Mix(Mix(halves[0] ^ key_[0]) ^ halves[1] ^ key_[1]);
}

std::atomic<std::uint64_t>& SourceLimits::ProofOf(std::uint64_t hash) noexcept {
  return proofs_[(hash >> kProofShift) & MaskOf(kProofBits)];
}

}  // namespace idnode::serve
