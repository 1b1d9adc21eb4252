// Who may use a data directory: one server, or any number of tools that only read.
//
// A lock of the operating system (flock(2)) on the file DIR/lock, so it ends with its process,
// however that ends. The server leaves its process id in the file, for the message that others get;
// the file stays and by itself means nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"
#include "store/file.h"

namespace idnode::store {

// Held as long as this lives. A moved-from one holds nothing.
class [[nodiscard]] DirectoryLock {
 public:
  enum class Kind : std::uint8_t {
    kExclusive,  // the server: nobody else, not even readers
    kShared,     // a tool that only reads: other readers, no server
  };

  // Takes the lock on `directory`, which must exist, or says at once why not. A shared one writes
  // nothing, so the directory may be read-only; where no server has left a lock file, it locks
  // nothing.
  //
  // Errors: kUnavailable, somebody else has it (`detail` is EWOULDBLOCK); and those of FromErrno().
  // `reason`, if given, receives what a person should read, with the process id if it is known.
  static Result<DirectoryLock> Acquire(const std::filesystem::path& directory, Kind kind,
                                       std::string* reason = nullptr);

 private:
  explicit DirectoryLock(File file) noexcept : file_(std::move(file)) {}

  File file_;
};

}  // namespace idnode::store
