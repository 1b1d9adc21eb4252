// RocksDB's settings: of the database, and of each family.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <vector>

#include "store/rocksdb/rocks_options.h"

namespace idnode::store {

rocksdb::DBOptions DatabaseSettings(const RocksOptions& chosen);

// Ours in the reverse order of Family, then "default", which RocksDB insists on and nobody uses.
// All share one new block cache.
//
// The order is that of creation, and RocksDB keeps it in its manifest wherever it notes several
// families at once. So "meta", with the head, comes last there, and whatever cuts the manifest
// short takes the newest head before anything else: the head is then older than the mark, or than
// the write-ahead log goes on from.
std::vector<rocksdb::ColumnFamilyDescriptor> FamilySettings(const RocksOptions& chosen);

// Where `family` is among those.
constexpr std::size_t PositionOf(Family family) noexcept {
  return kFamilies - 1 - static_cast<std::size_t>(family);
}

}  // namespace idnode::store
