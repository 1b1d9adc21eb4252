// The SQL files of schema/, embedded when the program is built.
//
// A migration runs once in the life of a schema, in the order of the names, inside the schema
// (which search_path names) and in the transaction that notes it in schema_version. A file that has
// been released is never changed: what changes is a new file.
#pragma once

#include <span>

namespace idnode::sink {

struct Migration {
  const char* name;  // "001_counts"
  const char* sql;
};

// The version of a schema is how many of these it has.
std::span<const Migration> Migrations() noexcept;

}  // namespace idnode::sink
