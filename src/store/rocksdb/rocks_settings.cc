#include "store/rocksdb/rocks_settings.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <memory>

namespace idnode::store {
namespace {

struct Traits {
  rocksdb::CompressionType compression;
  bool filter;  // are keys asked for that are not there?
};

Traits TraitsOf(Family family) noexcept {
  switch (family) {
    case Family::kMeta:
    case Family::kTiles:  // hashes do not compress
      return {rocksdb::kNoCompression, false};
    case Family::kRequests:  // random; and every new request asks for an id that is not there
      return {rocksdb::kNoCompression, true};
    case Family::kPayload:  // the most octets, the least read
      return {rocksdb::kZSTD, false};
    case Family::kLeaf:  // as the payload asked for by seq, which is there
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

class NoJournal final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

}  // namespace

rocksdb::DBOptions DatabaseSettings(const RocksOptions& chosen) {
  rocksdb::DBOptions options;
  if (chosen.env != nullptr) options.env = chosen.env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // The default, point-in-time recovery, ends silently at a damaged record and so drops the
  // acknowledged ones behind it. This one forgives an unfinished last record only.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // What is replayed is written and synced as tables before anybody reads it. So a commit whose
  // sync has failed, and which only the kernel's cache still holds, is settled by opening again.
  options.avoid_flush_during_recovery = false;
  // Tables always hold all families up to the same commit: what is lost is lost with the head.
  options.atomic_flush = true;
  options.max_total_wal_size = chosen.write_ahead_log_octets;
  options.max_open_files = chosen.max_open_files;
  options.max_file_opening_threads = 1;  // 16 a family at each opening were most of its time
  options.bytes_per_sync = std::size_t{1} << 20;  // even writing: no commit waits behind a table
  // RocksDB's own journal, LOG, lies on the same disk; when that is full, writing to it ends the
  // process, for Debian's RocksDB 7.8 keeps its assertions. What matters is in the log of the node.
  options.info_log = std::make_shared<NoJournal>();
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> FamilySettings(const RocksOptions& chosen) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(chosen.block_cache_octets);
  // Otherwise every open table keeps its index and filter in memory, beyond any bound.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  const std::shared_ptr<const rocksdb::FilterPolicy> filter(
      rocksdb::NewBloomFilterPolicy(10));  // bits a key: 1 % false positives

  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = kFamilies; i > 0; --i) {
    const auto family = static_cast<Family>(i - 1);
    const Traits traits = TraitsOf(family);
    table.filter_policy = traits.filter ? filter : nullptr;
    rocksdb::ColumnFamilyOptions options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.compression = traits.compression;
    options.write_buffer_size = chosen.memtable_octets;
    options.level_compaction_dynamic_level_bytes = true;  // at most a tenth of the disk is stale
    families.emplace_back(FamilyName(family), options);
  }
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  return families;
}

}  // namespace idnode::store
