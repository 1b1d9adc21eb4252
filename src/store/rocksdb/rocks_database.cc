#include "store/rocksdb/rocks_database.h"

#include <rocksdb/write_batch.h>

#include <utility>

#include "store/rocksdb/rocks_chain.h"
#include "store/rocksdb/rocks_status.h"

namespace idnode::store {
namespace {

rocksdb::Slice AsSlice(std::string_view octets) noexcept { return {octets.data(), octets.size()}; }

rocksdb::ReadOptions ReadAt(RocksDatabase::At at) {
  rocksdb::ReadOptions options;
  options.snapshot = at;
  return options;
}

}  // namespace

RocksDatabase::RocksDatabase(std::unique_ptr<rocksdb::DB> db,
                             std::array<Handle, kFamilies> families, bool writable) noexcept
    : db_(std::move(db)), families_(std::move(families)), writable_(writable) {}

Status RocksDatabase::Get(At at, Family family, std::string_view key, std::string& value) const {
  const rocksdb::Status read = at == nullptr
                                   ? db_->Get(now_, Of(family), AsSlice(key), &value)
                                   : db_->Get(ReadAt(at), Of(family), AsSlice(key), &value);
  if (read.ok()) return {};
  return FromRead(read, "get");
}

Result<std::vector<std::optional<std::string>>> RocksDatabase::MultiGet(
    At at, Family family, std::span<const std::string_view> keys) const {
  std::vector<rocksdb::Slice> slices;
  slices.reserve(keys.size());
  for (const std::string_view key : keys) slices.push_back(AsSlice(key));
  std::vector<rocksdb::PinnableSlice> found(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db_->MultiGet(ReadAt(at), Of(family), keys.size(), slices.data(), found.data(), statuses.data());

  std::vector<std::optional<std::string>> values(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].ok()) {
      values[i] = found[i].ToString();
    } else if (!statuses[i].IsNotFound()) {
      return FromRead(statuses[i], "multi get");
    }
  }
  return values;
}

Result<std::vector<Row>> RocksDatabase::Scan(At at, Family family, std::string_view from,
                                             std::size_t limit) const {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(ReadAt(at), Of(family)));
  std::vector<Row> rows;
  for (it->Seek(AsSlice(from)); it->Valid() && rows.size() < limit; it->Next()) {
    rows.push_back({it->key().ToString(), it->value().ToString()});
  }
  if (!it->status().ok()) return FromRead(it->status(), "scan");  // an error, too, ends the loop
  return rows;
}

Result<std::string> RocksDatabase::Head(At at) const {
  std::string head;
  const Status read = Get(at, Family::kMeta, kHeadKey, head);
  if (read.ok()) return head;
  if (read.error().code == Errc::kNotFound) return std::string();
  return read.error();
}

rocksdb::Status RocksDatabase::Write(std::string_view replaced_head, std::string_view head,
                                     std::span<const Put> puts, std::span<const Erase> erases) {
  rocksdb::WriteBatch batch;
  batch.PutLogData(LinkTo(replaced_head));
  batch.Put(Of(Family::kMeta), AsSlice(kHeadKey), AsSlice(head));
  for (const Put& put : puts) batch.Put(Of(put.family), AsSlice(put.key), AsSlice(put.value));
  for (const Erase& erase : erases) batch.Delete(Of(erase.family), AsSlice(erase.key));

  rocksdb::WriteOptions durable;
  durable.sync = true;  // "registered" is said only once the write-ahead log is on disk
  return db_->Write(durable, &batch);
}

}  // namespace idnode::store
