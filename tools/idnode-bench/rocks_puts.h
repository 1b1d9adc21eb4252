// The limit of any synced registration on this disk: RocksDB's own puts, each synced, by so many
// writers. RocksDB commits those that wait together, as we do.
#pragma once

#include <chrono>
#include <filesystem>

namespace idnode::bench {

// Puts per second, of values of `value_octets`. `directory` is made, and emptied at the end.
double SyncedPuts(const std::filesystem::path& directory, std::size_t writers,
                  std::size_t value_octets, std::chrono::milliseconds time);

}  // namespace idnode::bench
