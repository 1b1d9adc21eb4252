#include "store/rocksdb/rocks_opener.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "store/rocksdb/rocks_status.h"

namespace idnode::store {
namespace {

// What RocksDB has to know of a family besides its name.
struct FamilySettings {
  rocksdb::CompressionType compression;
  bool filter;  // are keys asked for that are not there?
};

FamilySettings SettingsOf(Family family) noexcept {
  switch (family) {
    case Family::kMeta:
    case Family::kTiles:  // hashes do not compress
      return {rocksdb::kNoCompression, false};
    case Family::kRequests:  // random ids and hashes; each new request asks for an id that is not
                             // there
      return {rocksdb::kNoCompression, true};
    case Family::kPayload:  // the most octets, the least read
      return {rocksdb::kZSTD, false};
    case Family::kLeaf:  // as the payload, asked for by seq: it is there
      return {rocksdb::kLZ4Compression, false};
    case Family::kRecords:
    case Family::kCounts:
    case Family::kControl:
    case Family::kUsage:
    case Family::kJobs:
      break;
  }
  return {rocksdb::kLZ4Compression, true};
}

rocksdb::DBOptions DatabaseOptions(const RocksOptions& chosen) {
  rocksdb::DBOptions options;
  if (chosen.env != nullptr) options.env = chosen.env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // The default, point-in-time recovery, ends silently at a damaged record and so drops the
  // acknowledged ones behind it. This one forgives an unfinished last record only.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // What is replayed is written and synced as tables before anybody reads it. So a commit whose
  // sync has failed, and which only the kernel's cache still holds, is settled by reopening.
  options.avoid_flush_during_recovery = false;
  options.max_total_wal_size = chosen.write_ahead_log_octets;
  options.max_open_files = chosen.max_open_files;
  options.bytes_per_sync =
      1 << 20;  // write tables out evenly, or the sync of a commit waits for one
  // RocksDB's own journal, LOG: this much and no more.
  options.keep_log_file_num = 4;
  options.max_log_file_size = std::size_t{4} << 20;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> Descriptors(const RocksOptions& chosen) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(chosen.block_cache_octets);
  // Otherwise every open table keeps its index and filter in memory, beyond any bound.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  const std::shared_ptr<const rocksdb::FilterPolicy> filter(
      rocksdb::NewBloomFilterPolicy(10));  // bits a key: 1 % false positives

  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    const FamilySettings settings = SettingsOf(family);
    table.filter_policy = settings.filter ? filter : nullptr;
    rocksdb::ColumnFamilyOptions options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.compression = settings.compression;
    options.write_buffer_size = chosen.memtable_octets;
    options.level_compaction_dynamic_level_bytes = true;  // at most a tenth of the disk is stale
    descriptors.emplace_back(FamilyName(family), options);
  }
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  return descriptors;
}

// A read-only directory gets no journal, and one of a stopped node keeps the one it has.
class NoJournal final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

// In words for a person: what it means, and what can be done.
std::string Explain(const Error& error) {
  switch (error.code) {
    case Errc::kCorrupt:
      return "it is damaged. Nothing was changed; restore it from a backup or a mirror";
    case Errc::kDenied:
      return error.detail == EROFS ? "the file system is read-only"
                                   : "no permission; is it another user's?";
    case Errc::kMalformed:
      return "it was made by another version or another program";
    case Errc::kUnavailable:
      if (error.detail == EWOULDBLOCK) return "another process has it open; stop that first";
      if (error.detail == ENOSPC || error.detail == EDQUOT) return "the disk is full";
      break;
    default:
      break;
  }
  return "the disk does not do what it should";
}

}  // namespace

RocksOpener::RocksOpener(std::filesystem::path directory, const RocksOptions& options)
    : directory_(std::move(directory)),
      options_(DatabaseOptions(options)),
      families_(Descriptors(options)) {}

// The file CURRENT is the root of a database. Without it RocksDB would take what it finds for
// leftovers, remove them and begin a new database.
Status RocksOpener::LookForTheRoot(Mode mode, std::string& reason) const {
  if (options_.env->FileExists((directory_ / "CURRENT").string()).ok()) return {};
  std::vector<std::string> names;
  if (options_.env->GetChildren(directory_.string(), &names).ok()) {
    for (const std::string_view name : names) {
      if (!name.ends_with(".sst") && !name.ends_with(".log")) continue;
      reason = "cannot open the database in " + directory_.string() +
               ": its file CURRENT is missing. Nothing was changed; restore it from a backup";
      return Error{Errc::kCorrupt, ENOENT, "open database: no CURRENT"};
    }
  }
  if (mode == Mode::kWrite) return {};
  reason = "there is no database in " + directory_.string();
  return Error{Errc::kNotFound, ENOENT, "open database"};
}

Result<std::unique_ptr<RocksDatabase>> RocksOpener::Open(Mode mode, std::string& reason) const {
  if (const Status root = LookForTheRoot(mode, reason); !root.ok()) return root.error();
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::Status status;
  if (mode == Mode::kWrite) {
    status = rocksdb::DB::Open(options_, directory_.string(), families_, &handles, &opened);
  } else {
    rocksdb::DBOptions options = options_;
    options.info_log = std::make_shared<NoJournal>();
    status =
        rocksdb::DB::OpenForReadOnly(options, directory_.string(), families_, &handles, &opened);
  }
  if (!status.ok()) {
    const Error error = FromRocks(status, "open database");
    reason = "cannot open the database in " + directory_.string() + ": " + Explain(error) + " (" +
             status.ToString() + ")";
    return error;
  }
  std::unique_ptr<rocksdb::DB> db(opened);
  const RocksDatabase::Handle unused_default(handles[kFamilies]);
  std::array<RocksDatabase::Handle, kFamilies> families;
  for (std::size_t i = 0; i < kFamilies; ++i) families[i].reset(handles[i]);
  return std::make_unique<RocksDatabase>(std::move(db), std::move(families), mode == Mode::kWrite);
}

}  // namespace idnode::store
