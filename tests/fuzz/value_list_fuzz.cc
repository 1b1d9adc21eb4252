// A list of values that decodes must encode to the same octets but for the unused permission bits,
// and reading it on trust must yield the same values. On octets that do not decode, the trusting
// reader must stay within them.
#include <cstdlib>
#include <vector>

#include "base/writer.h"
#include "handle/value.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const idnode::Bytes input(data, size);
  std::vector<std::uint8_t> trusted;
  std::size_t count = 0;
  for (const auto& value : idnode::handle::TrustedValueList(input)) {
    trusted.insert(trusted.end(), value.octets.begin(), value.octets.end());
    for (const auto& reference : value.references) count += reference.identifier.size();
  }
  const auto decoded = idnode::handle::DecodeValueList(input);
  if (!decoded.ok()) return 0;

  std::vector<std::uint8_t> encoded;
  idnode::Writer(encoded).U32(static_cast<std::uint32_t>(decoded.value().size()));
  std::vector<std::size_t> permissions;
  for (const auto& value : decoded.value()) {
    permissions.push_back(encoded.size() + 13);
    idnode::handle::EncodeValue(value, encoded);
  }
  if (encoded.size() != size || trusted.size() + 4 != size) std::abort();
  for (const std::size_t offset : permissions) encoded[offset] |= data[offset] & 0xF0;
  for (std::size_t i = 0; i < size; ++i) {
    if (encoded[i] != data[i] || (i >= 4 && trusted[i - 4] != data[i])) std::abort();
  }
  if (count > size) std::abort();
  return 0;
}
