// Opens the database of one directory, again and again, always with the same settings.
//
// Before RocksDB may change anything it is asked only to read, and what it does not mind itself is
// looked for: see Inspect().
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/rocksdb/rocks_database.h"
#include "store/rocksdb/rocks_options.h"

namespace idnode::store {

// Immutable; any thread. The block cache is made once and stays warm from one opening to the next.
class RocksOpener {
 public:
  enum class Mode : std::uint8_t {
    kWrite,  // creates what is missing, replays the write-ahead log and makes tables of it
    kAgain,  // the same where there has been a database: one that is gone is not made anew
    kRead,   // changes nothing and locks nothing; the log is replayed into memory only
  };

  RocksOpener(std::filesystem::path directory, const RocksOptions& options);

  // Errors as FromRocks(); if there is no database kNotFound in mode kRead, kUnavailable in mode
  // kAgain: the disk may come back. `reason` receives them
  // in words for a person.
  Result<std::unique_ptr<RocksDatabase>> Open(Mode mode, std::string& reason) const;

  // Free space of the disk, for us; the largest number if it does not tell.
  std::uint64_t FreeOctets() const;

 private:
  // What an inspection finds: a whole database, or the beginning of one, without a single commit.
  enum class Found : std::uint8_t { kWhole, kUnfinished };

  Result<Found> Inspect(std::string& reason) const;
  Result<Found> InspectLocked(std::string& reason) const;
  Result<Found> InspectWithoutRoot(std::string& reason) const;
  Result<Found> InspectOpened(const std::vector<rocksdb::ColumnFamilyDescriptor>& present,
                              std::string& reason) const;
  Error Refuse(const Error& error, const std::string& why, std::string& reason) const;
  Error Refuse(const rocksdb::Status& status, std::string& reason) const;

  const std::filesystem::path directory_;
  const rocksdb::DBOptions options_;
  const std::vector<rocksdb::ColumnFamilyDescriptor> families_;
};

}  // namespace idnode::store
