#include "ledger/log.h"

#include <optional>
#include <utility>

#include "ledger/sealed.h"

namespace idnode::ledger {
namespace {

Error Corrupt(Seq seq, const char* what) noexcept {
  return {Errc::kCorrupt, static_cast<std::uint32_t>(seq), what};
}

Status AddPayloads(const store::Readable& store, std::vector<LogRow>& rows) {
  std::vector<std::string> keys;
  keys.reserve(rows.size());
  for (const LogRow& row : rows) keys.push_back(SeqKey(row.seq));
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  const auto values = store.MultiGet(store::Family::kPayload, views);
  if (!values.ok()) return values.error();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::optional<std::string>& value = values.value()[i];
    if (!value.has_value()) continue;  // erased
    const Result<std::string_view> octets = Unseal(*value);
    if (!octets.ok()) return Corrupt(rows[i].seq, "payload");
    rows[i].payload = octets.value();
  }
  return {};
}

}  // namespace

Result<std::vector<LogRow>> ReadLog(const store::Readable& store, Seq cursor, std::size_t limit,
                                    LogView view) {
  // The head first: what is committed in between only makes the log longer.
  const Result<Head> head = ReadHead(store);
  if (!head.ok()) return head.error();
  const auto stored = store.Scan(store::Family::kLeaf, SeqKey(cursor), limit);
  if (!stored.ok()) return stored.error();
  std::vector<LogRow> rows;
  rows.reserve(stored.value().size());
  Seq expected = cursor;
  for (const store::Row& row : stored.value()) {
    const Result<Seq> seq = SeqOfKey(row.key);
    if (!seq.ok() || seq.value() != expected) return Corrupt(expected, "leaf missing");
    const Result<std::string_view> leaf = Unseal(row.value);
    if (!leaf.ok()) return Corrupt(expected, "leaf");
    rows.push_back({.seq = expected, .leaf = std::string(leaf.value())});
    ++expected;
  }
  if (rows.size() < limit && expected < head.value().seq())
    return Corrupt(expected, "leaf missing");
  if (view == LogView::kPayload) {
    const Status added = AddPayloads(store, rows);
    if (!added.ok()) return added.error();
  }
  return rows;
}

Result<Leaf> ReadLeaf(const store::Readable& store, Seq seq) {
  std::string value;
  const Status read = store.Get(store::Family::kLeaf, SeqKey(seq), value);
  if (!read.ok()) return read.error();
  const Result<std::string_view> octets = Unseal(value);
  if (!octets.ok()) return Corrupt(seq, "leaf");
  Result<Leaf> leaf = DecodeLeaf(octets.value());
  if (!leaf.ok()) return Corrupt(seq, "leaf");
  return leaf;
}

Result<Entry> ReadEntry(const store::Readable& store, Seq seq) {
  Result<Leaf> leaf = ReadLeaf(store, seq);
  if (!leaf.ok()) return leaf.error();
  Entry entry{.leaf = std::move(leaf).value()};
  std::string value;
  const Status read = store.Get(store::Family::kPayload, SeqKey(seq), value);
  if (!read.ok()) {
    return read.error().code == Errc::kNotFound ? Result<Entry>(std::move(entry)) : read.error();
  }
  const Result<std::string_view> octets = Unseal(value);
  if (!octets.ok()) return Corrupt(seq, "payload");
  Result<Payload> payload = DecodePayload(octets.value());
  if (!payload.ok()) return Corrupt(seq, "payload");
  entry.payload = std::move(payload).value();
  return entry;
}

Result<Head> ReadHead(const store::Readable& store) {
  Result<StoredHead> stored = ReadStoredHead(store);
  if (!stored.ok()) return stored.error();
  return std::move(stored).value().head;
}

Result<StoredHead> ReadStoredHead(const store::Readable& store) {
  Result<std::string> octets = store.Head();
  if (!octets.ok()) return octets.error();
  if (octets.value().empty()) return StoredHead{};
  Result<Head> head = DecodeHead(octets.value());
  if (!head.ok()) return head.error();
  return StoredHead{.head = std::move(head).value(), .octets = std::move(octets).value()};
}

Result<Hash> ReadLogId(const store::Readable& store) {
  std::string value;
  const Status read = store.Get(store::Family::kLeaf, SeqKey(0), value);
  if (!read.ok()) return read.error();
  const Result<std::string_view> octets = Unseal(value);
  if (!octets.ok()) return Corrupt(0, "leaf");
  return LeafHash(octets.value());
}

}  // namespace idnode::ledger
