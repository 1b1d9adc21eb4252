#include "crypto/random.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>

namespace idnode::crypto {

void FillRandom(std::span<std::uint8_t> out) noexcept {
  constexpr std::size_t kMost = 1U << 20;  // octets of one call, which takes an int
  while (!out.empty()) {
    const std::size_t size = std::min(out.size(), kMost);
    if (RAND_bytes(out.data(), static_cast<int>(size)) != 1) std::abort();
    out = out.subspan(size);
  }
}

}  // namespace idnode::crypto
