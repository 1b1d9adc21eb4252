// What a caller may choose about an engine on RocksDB. Free of RocksDB's own headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "store/engine.h"

namespace rocksdb {
class Env;
}

namespace idnode::store {

struct RocksOptions {
  Limits limits;

  // For a look at a node that is stopped, also in a directory that cannot be written: nothing is
  // changed, not even what is left of an unfinished commit. Commit() and Reopen() then answer
  // kUnavailable. Another engine must not have the directory open meanwhile.
  bool read_only = false;

  // Memory for blocks read from disk and their indexes and filters, all families together. What is
  // not in it may still be in the kernel's cache.
  std::size_t block_cache_octets = std::size_t{512} << 20;

  // What may wait in memory to become a file: of one family, and of all together. The second also
  // bounds the write-ahead log, and so how long opening takes after a crash (replay was measured
  // at 100 MB/s or more).
  std::size_t memtable_octets = std::size_t{32} << 20;
  std::size_t write_ahead_log_octets = std::size_t{128} << 20;

  // Table files held open, of at most 64 MB each; with those of log and lock below the usual limit
  // of a process, 1024. More are opened as needed.
  int max_open_files = 512;

  // Of the disk's free space, what commits leave alone: with less they are refused, so that tables
  // can still be rewritten and a restart finds room for what it replays. 0 leaves nothing.
  std::uint64_t reserve_octets = std::uint64_t{256} << 20;

  // Told, in words for a person, that the disk is full, why a commit became kUnknown and why
  // Reopen() failed, if it did not fail so the last time. Called on the committer's thread.
  std::function<void(const std::string& trouble)> report;

  // Where the files are; nullptr is this machine's file system. Must outlive the engine. For tests
  // with disks that break.
  rocksdb::Env* env = nullptr;
};

}  // namespace idnode::store
