// A site or a public key that decodes must, once encoded, decode to the same again.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "handle/public_key.h"
#include "handle/site.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const idnode::Bytes input(data, size);
  if (const auto site = idnode::handle::DecodeSite(input); site.ok()) {
    std::vector<std::uint8_t> encoded;
    idnode::handle::EncodeSite(site.value(), encoded);
    const auto again = idnode::handle::DecodeSite(encoded);
    if (encoded.size() != size || !again.ok() || again.value() != site.value()) std::abort();
  }
  if (const auto key = idnode::handle::DecodeRsaPublicKey(input); key.ok()) {
    std::vector<std::uint8_t> encoded;
    idnode::handle::EncodeRsaPublicKey(key.value(), encoded);
    const auto again = idnode::handle::DecodeRsaPublicKey(encoded);
    if (!again.ok() || !std::ranges::equal(again.value().modulus, key.value().modulus) ||
        !std::ranges::equal(again.value().exponent, key.value().exponent)) {
      std::abort();
    }
  }
  return 0;
}
