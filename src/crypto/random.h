// Unpredictable octets, fit for keys, salts and nonces.
#pragma once

#include <cstdint>
#include <span>

namespace idnode::crypto {

// Fills `out` from OpenSSL's generator, which the operating system seeds. Any thread. Ends the
// process when there is no randomness to be had: going on with guessable octets would be worse.
void FillRandom(std::span<std::uint8_t> out) noexcept;

}  // namespace idnode::crypto
