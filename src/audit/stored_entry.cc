#include "audit/stored_entry.h"

#include <string>
#include <utility>

#include "ledger/sealed.h"

namespace idnode::audit {
namespace {

template <typename Part>
std::optional<Part> Read(const std::optional<std::string>& value,
                         Result<Part> (*decode)(std::string_view)) {
  if (!value.has_value()) return std::nullopt;
  const Result<std::string_view> octets = ledger::Unseal(*value);
  if (!octets.ok()) return std::nullopt;
  Result<Part> part = decode(octets.value());
  return part.ok() ? std::optional<Part>(std::move(part).value()) : std::nullopt;
}

}  // namespace

Result<std::vector<StoredEntry>> ReadEntries(const store::Readable& store,
                                             std::span<const ledger::Seq> seqs) {
  std::vector<StoredEntry> entries(seqs.size());
  if (seqs.empty()) return entries;
  std::vector<std::string> keys;
  keys.reserve(seqs.size());
  for (const ledger::Seq seq : seqs) keys.push_back(ledger::SeqKey(seq));
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  const auto leaves = store.MultiGet(store::Family::kLeaf, views);
  if (!leaves.ok()) return leaves.error();
  const auto payloads = store.MultiGet(store::Family::kPayload, views);
  if (!payloads.ok()) return payloads.error();
  for (std::size_t i = 0; i < seqs.size(); ++i) {
    entries[i].leaf = Read<ledger::Leaf>(leaves.value()[i], ledger::DecodeLeaf);
    entries[i].payload = Read<ledger::Payload>(payloads.value()[i], ledger::DecodePayload);
  }
  return entries;
}

}  // namespace idnode::audit
