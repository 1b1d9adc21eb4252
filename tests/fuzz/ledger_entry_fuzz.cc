// A leaf or a payload that decodes must encode to the octets it was decoded from. The first octet
// of the input says which of the two it is, or the key of one.
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/entry.h"
#include "ledger/project.h"
#include "store/engine.h"

namespace {

using idnode::ledger::Entry;

void TryLeaf(std::string_view octets) {
  const auto leaf = idnode::ledger::DecodeLeaf(octets);
  if (leaf.ok() && idnode::ledger::EncodeLeaf(leaf.value()) != octets) std::abort();
}

void TryPayload(std::string_view octets) {
  auto payload = idnode::ledger::DecodePayload(octets);
  if (!payload.ok()) return;
  if (idnode::ledger::EncodePayload(payload.value()) != octets) std::abort();
  // What is made of a payload must cope with whatever decodes, in an entry of every kind.
  Entry entry{.payload = std::move(payload).value()};
  for (int kind = 1; kind <= 35; ++kind) {
    entry.leaf.kind = static_cast<idnode::ledger::EntryKind>(kind);
    if (!idnode::ledger::IsKnown(entry.leaf.kind)) continue;
    std::vector<idnode::store::Put> puts;
    idnode::ledger::Project(entry, idnode::ledger::NextTip(entry, {}), puts);
    for (const auto& put : puts) {
      if (put.value.empty()) std::abort();
    }
  }
}

void TryKey(std::string_view octets) {
  const auto seq = idnode::ledger::SeqOfKey(octets);
  if (seq.ok() && idnode::ledger::SeqKey(seq.value()) != octets) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view octets = idnode::AsText({data + 1, size - 1});
  if (data[0] == 'l') TryLeaf(octets);
  if (data[0] == 'p') TryPayload(octets);
  if (data[0] == 'k') TryKey(octets);
  return 0;
}
