// What tests that damage the files of a database leave out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace idnode {

// The one octet of a table that RocksDB 7.8, built with assertions as Debian's is, does not refuse
// but dies of (DataBlockHashIndex::Initialize): the last one of its block of properties, whose top
// bit means a hash index. The checksum of no other block is compared only after it was taken apart.
// So its damage is noticed, but not as politely as tests ask for.
inline bool IsFatalOctet(const std::string& table, std::size_t at) {
  const std::string name = "rocksdb.properties";  // in the metaindex; then offset and size, varints
  std::size_t next = table.rfind(name);
  if (next == std::string::npos) return false;
  next += name.size();
  const auto number = [&table, &next] {
    std::size_t value = 0;
    for (unsigned shift = 0; next < table.size() && shift < 35; shift += 7) {
      const auto octet = static_cast<std::uint8_t>(table[next++]);
      value |= (octet & std::size_t{0x7F}) << shift;
      if (octet < 0x80) break;
    }
    return value;
  };
  const std::size_t offset = number();
  return at + 1 == offset + number();
}

}  // namespace idnode
