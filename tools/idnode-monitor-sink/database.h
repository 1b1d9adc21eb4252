// The bureau's side: a schema of a PostgreSQL database. All of libpq is behind this header.
//
// One connection, one sink: an advisory lock of the session on (kLockClass, hash of the schema's
// name) keeps a second sink out, and goes with the connection that every write uses. (A pooler that
// shares connections by transaction, such as pgbouncer in that mode, would break this.)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "counts.h"
#include "failure.h"

namespace idnode::sink {

class Database {
 public:
  // `conninfo` is libpq's: "key=value ..." or a URI.
  Database(std::string conninfo, std::string schema);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Connects, takes the lock, and makes the tables or brings them to this program's version.
  // Nothing is done if the connection is there already. Every failure of this and the other calls
  // closes it: what was not committed is gone, and ReadPosition() tells how far things are.
  Failure Open();

  // How far the feed was read; without a cursor if it has to begin anew.
  Failure ReadPosition(Position& position);

  struct Change {
    bool empty_first = false;  // throws away what is there: the feed begins anew
    const std::vector<CountRow>& rows;
    const Position* position = nullptr;  // null: stays where it is
    const std::string& source;
  };
  // Writes it all in one transaction, or nothing.
  Failure Write(const Change& change);

 private:
  class Connection;

  Failure Connect();
  Failure Lock();
  Failure MakeSchema();
  Failure Migrate();
  Failure ReadVersion(std::size_t& version);
  Failure Keep(Failure failure);

  const std::string conninfo_;
  const std::string schema_;
  bool was_open_ = false;  // once: what refuses us later is expected to pass
  std::unique_ptr<Connection> connection_;
};

// Empty if libpq understands the connection string, otherwise what is wrong with it.
std::string CheckConninfo(const std::string& conninfo);

}  // namespace idnode::sink
