#include "store/rocksdb/rocks_engine.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <utility>

namespace idnode::store {
namespace {

// What RocksDB has to know of a family: its name, which is on disk, and how it is compressed.
struct FamilyRow {
  const char* name;
  rocksdb::CompressionType compression;
};
constexpr std::array<FamilyRow, kFamilies> kFamilyRows{{
    {"meta", rocksdb::kNoCompression},
    {"records", rocksdb::kLZ4Compression},
    {"leaf", rocksdb::kLZ4Compression},
    {"payload", rocksdb::kZSTD},
    {"counts", rocksdb::kLZ4Compression},
    {"control", rocksdb::kLZ4Compression},
    {"tiles", rocksdb::kNoCompression},  // hashes
    {"usage", rocksdb::kLZ4Compression},
    {"jobs", rocksdb::kLZ4Compression},
}};

rocksdb::Slice AsSlice(std::string_view octets) noexcept { return {octets.data(), octets.size()}; }

// The only place that tells one rocksdb::Status from another. `what` names the call that failed.
Status FromRocks(const rocksdb::Status& status, const char* what) noexcept {
  if (status.ok()) return {};
  if (status.IsNotFound()) return Error{Errc::kNotFound, 0, what};
  if (status.IsCorruption()) return Error{Errc::kCorrupt, 0, what};
  return Error{Errc::kUnavailable, 0, what};
}

rocksdb::DBOptions DatabaseOptions(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // The default, point-in-time recovery, ends silently at a damaged record and so drops the
  // acknowledged ones behind it. This one forgives an unfinished last record only.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  return options;
}

// In the order of Family; RocksDB insists on a default family, last here and not used.
std::vector<rocksdb::ColumnFamilyDescriptor> Descriptors() {
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));  // bits a key: 1 % false positives
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));

  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const FamilyRow& row : kFamilyRows) {
    options.compression = row.compression;
    descriptors.emplace_back(row.name, options);
  }
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  return descriptors;
}

}  // namespace

RocksEngine::RocksEngine(std::unique_ptr<rocksdb::DB> db, std::array<Handle, kFamilies> families,
                         Limits limits) noexcept
    : limits_(limits), db_(std::move(db)), families_(std::move(families)) {}

RocksEngine::~RocksEngine() = default;

Result<std::unique_ptr<RocksEngine>> RocksEngine::Open(const std::filesystem::path& directory,
                                                       const Options& options) {
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const Status status =
      FromRocks(rocksdb::DB::Open(DatabaseOptions(options.env), directory.string(), Descriptors(),
                                  &handles, &opened),
                "open database");
  if (!status.ok()) return status.error();

  std::unique_ptr<rocksdb::DB> db(opened);
  const Handle unused_default(handles[kFamilies]);
  std::array<Handle, kFamilies> families;
  for (std::size_t i = 0; i < kFamilies; ++i) families[i].reset(handles[i]);
  return std::unique_ptr<RocksEngine>(
      new RocksEngine(std::move(db), std::move(families), options.limits));
}

Status RocksEngine::Get(Family family, std::string_view key, std::string& value) const {
  return FromRocks(db_->Get(rocksdb::ReadOptions(), Of(family), AsSlice(key), &value), "get");
}

Result<std::vector<std::optional<std::string>>> RocksEngine::MultiGet(
    Family family, std::span<const std::string_view> keys) const {
  std::vector<rocksdb::Slice> slices;
  slices.reserve(keys.size());
  for (const std::string_view key : keys) slices.push_back(AsSlice(key));
  std::vector<rocksdb::PinnableSlice> found(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db_->MultiGet(rocksdb::ReadOptions(), Of(family), keys.size(), slices.data(), found.data(),
                statuses.data());

  std::vector<std::optional<std::string>> values(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Status status = FromRocks(statuses[i], "multi get");
    if (status.ok()) {
      values[i] = found[i].ToString();
    } else if (status.error().code != Errc::kNotFound) {
      return status.error();
    }
  }
  return values;
}

Result<std::vector<Row>> RocksEngine::Scan(Family family, std::string_view from,
                                           std::size_t limit) const {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions(), Of(family)));
  std::vector<Row> rows;
  for (it->Seek(AsSlice(from)); it->Valid() && rows.size() < limit; it->Next()) {
    rows.push_back({it->key().ToString(), it->value().ToString()});
  }
  const Status status = FromRocks(it->status(), "scan");  // an error, too, ends the loop
  if (!status.ok()) return status.error();
  return rows;
}

Result<std::string> RocksEngine::Head() const {
  if (failed_.load(std::memory_order_relaxed)) {
    return Error{Errc::kUnavailable, 0, "a write has failed; reopen"};
  }
  std::string head;
  const Status read = Get(Family::kMeta, kHeadKey, head);
  if (read.ok()) return head;
  if (read.error().code == Errc::kNotFound) return std::string();
  return read.error();
}

Result<Outcome> RocksEngine::Apply(std::string_view expected_head, std::string_view next_head,
                                   std::span<const Put> puts, std::span<const Erase> erases) {
  const Result<std::string> head = Head();
  if (!head.ok()) return head.error();
  if (head.value() != expected_head) return Outcome::kStale;

  rocksdb::WriteBatch batch;
  batch.Put(Of(Family::kMeta), AsSlice(kHeadKey), AsSlice(next_head));
  for (const Put& put : puts) batch.Put(Of(put.family), AsSlice(put.key), AsSlice(put.value));
  for (const Erase& erase : erases) batch.Delete(Of(erase.family), AsSlice(erase.key));

  rocksdb::WriteOptions durable;
  durable.sync = true;  // "registered" is said only once the write-ahead log is on disk
  if (db_->Write(durable, &batch).ok()) return Outcome::kCommitted;
  failed_.store(true, std::memory_order_relaxed);
  return Outcome::kUnknown;
}

}  // namespace idnode::store
