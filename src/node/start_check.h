// Whether a node may start on what is in its data directory: looked at before anything is changed.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "base/result.h"
#include "ledger/head.h"
#include "store/rocksdb/rocks_options.h"

namespace idnode::node {

// A start that is refused because of what the directory holds: another one would be refused, too,
// until a person has looked at it. Nothing in it was changed. what() says what is wrong, and what
// to do.
class NeedsOperator final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `error` of the log's head or its mark, as Committer::Start() gives it, in words for the operator.
// Throws NeedsOperator where another start does not help, otherwise std::runtime_error.
[[noreturn]] void RefuseLog(const Error& error, const std::filesystem::path& directory);

// The same of prefixes and tokens, as ControlTable::Load() gives it.
[[noreturn]] void RefuseControl(const Error& error, const std::filesystem::path& directory);

// Opens the store of `directory` for reading, which changes no octet of it, holds its head against
// the mark, and reads prefixes and tokens. Costs two more replays of the write-ahead log, as
// any opening does: a start has four. Where there is no store yet, the head is a new one. The
// directory must be locked. Throws as above.
ledger::Head CheckStore(const std::filesystem::path& directory, store::RocksOptions options);

}  // namespace idnode::node
