// A head that decodes must encode to the octets it was decoded from. The input has no checksum: it
// gets a right one, or no mutation would come past it; and it is tried as it is.
#include <cstdlib>
#include <string>

#include "ledger/head.h"
#include "ledger/sealed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string value(idnode::AsText({data, size}));
  (void)idnode::ledger::DecodeHead(value);
  idnode::ledger::Seal(value);
  const auto head = idnode::ledger::DecodeHead(value);
  if (!head.ok()) return 0;
  if (idnode::ledger::EncodeHead(head.value()) != value) std::abort();
  (void)head.value().tree.Root();
  return 0;
}
