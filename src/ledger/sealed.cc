#include "ledger/sealed.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/reader.h"
#include "base/writer.h"

namespace idnode::ledger {

void Seal(std::string& value) { TextWriter(value).U32(Crc32c(AsBytes(value))); }

Result<std::string_view> Unseal(std::string_view value) noexcept {
  if (value.size() < kSealSize) return Error{Errc::kCorrupt, 0, "stored value without checksum"};
  const std::string_view octets = value.substr(0, value.size() - kSealSize);
  Reader in(AsBytes(value.substr(octets.size())));
  if (in.U32("checksum") != Crc32c(AsBytes(octets))) {
    return Error{Errc::kCorrupt, 0, "checksum of a stored value"};
  }
  return octets;
}

}  // namespace idnode::ledger
