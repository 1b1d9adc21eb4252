// What the feed brings and the database takes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace idnode::sink {

// Cumulative counts of a prefix and channel at the end of a day. Absolute, so writing a row twice,
// or an older one and then the newer one, does no harm.
struct CountRow {
  std::string prefix;
  std::string day;      // "2026-01-31", in China
  std::string channel;  // "grpc", "stream", "import", "handle", "http"
  std::uint64_t created = 0;
  std::uint64_t recreated = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
};

// How far the feed was read.
struct Position {
  std::string log_id;  // octets
  std::string cursor;  // octets that only the node understands; empty: from the beginning
  std::uint64_t log_size = 0;
};

// One message of the feed.
struct Update {
  std::vector<CountRow> rows;
  Position position;  // without a cursor the round is not finished
};

}  // namespace idnode::sink
