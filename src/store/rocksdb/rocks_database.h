// One opened RocksDB database: our families in it, and the few things that are done with them.
//
// Knows nothing of commits with unknown outcome, of reopening or of who may call; that is
// RocksEngine's. Reads come in two: of now, and of a rocksdb::Snapshot.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/engine.h"

namespace idnode::store {

// Any thread. `at` is a snapshot of this database, or nullptr for now.
class RocksDatabase {
 public:
  using At = const rocksdb::Snapshot*;
  using Handle = std::unique_ptr<rocksdb::ColumnFamilyHandle>;

  RocksDatabase(std::unique_ptr<rocksdb::DB> db, std::array<Handle, kFamilies> families,
                bool writable) noexcept;

  bool writable() const noexcept { return writable_; }

  // As in Readable.
  Status Get(At at, Family family, std::string_view key, std::string& value) const;
  Result<std::vector<std::optional<std::string>>> MultiGet(
      At at, Family family, std::span<const std::string_view> keys) const;
  Result<std::vector<Row>> Scan(At at, Family family, std::string_view from,
                                std::size_t limit) const;
  Result<std::string> Head(At at) const;

  At TakeSnapshot() const { return db_->GetSnapshot(); }
  void ReleaseSnapshot(At at) const { db_->ReleaseSnapshot(at); }

  // One batch, all or nothing, synced. After a failure it is open what the disk holds.
  rocksdb::Status Write(std::string_view replaced_head, std::string_view head,
                        std::span<const Put> puts, std::span<const Erase> erases);

 private:
  rocksdb::ColumnFamilyHandle* Of(Family family) const {
    return families_.at(static_cast<std::size_t>(family)).get();
  }

  // In the order they must outlive one another: the handles die before the database.
  const std::unique_ptr<rocksdb::DB> db_;
  const std::array<Handle, kFamilies> families_;
  const bool writable_;
  const rocksdb::ReadOptions now_;  // made once: it has two dozen members
};

}  // namespace idnode::store
