#include "store/directory_lock.h"

#include <sys/file.h>

#include <array>
#include <string_view>
#include <system_error>

namespace idnode::store {
namespace {

// The process id that the server has left in the file; empty if there is none.
std::string Holder(const File& file) {
  std::array<char, 20> text{};
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  const std::string_view all(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  return std::string(all.substr(0, all.find_first_not_of("0123456789")));
}

// Who keeps us out. A server that was killed leaves its process id behind, so that is believed only
// while the lock is exclusive, which is when not even a shared one can be had.
std::string WhoHolds(const File& file) {
  if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return "a program that reads it";
  const std::string holder = Holder(file);
  return holder.empty() ? "another process" : "process " + holder;
}

Status WriteProcessId(const File& file) noexcept {
  std::array<char, 20> text{};
  const int size = std::snprintf(text.data(), text.size(), "%d\n", ::getpid());
  if (::ftruncate(file.get(), 0) != 0) return FromErrno("write lock file");
  if (::pwrite(file.get(), text.data(), static_cast<std::size_t>(size), 0) != size) {
    return FromErrno("write lock file");
  }
  return {};
}

// `directory` locked, or what failed; with kUnavailable, `holder` is who has it.
Result<File> Lock(const std::filesystem::path& directory, DirectoryLock::Kind kind,
                  std::string& holder) {
  const bool exclusive = kind == DirectoryLock::Kind::kExclusive;
  const std::filesystem::path path = directory / "lock";
  File file(path, exclusive ? O_RDWR | O_CREAT : O_RDONLY);
  if (!file.ok()) {
    const Error error = FromErrno("open lock file");
    std::error_code ignored;
    const bool never_served = !exclusive && error.code == Errc::kNotFound &&
                              std::filesystem::is_directory(directory, ignored);
    if (never_served) return file;
    return error;
  }
  if (::flock(file.get(), (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return FromErrno("lock");
    holder = WhoHolds(file);
    return Error{Errc::kUnavailable, EWOULDBLOCK, "locked"};
  }
  if (exclusive) {
    if (const Status written = WriteProcessId(file); !written.ok()) return written.error();
  }
  return file;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::Acquire(const std::filesystem::path& directory, Kind kind,
                                             std::string* reason) {
  std::string holder;
  Result<File> file = Lock(directory, kind, holder);
  if (file.ok()) return DirectoryLock(std::move(file).value());
  const Error& error = file.error();
  if (reason != nullptr && !holder.empty()) {
    *reason = directory.string() + " is in use by " + holder +
              "; stop that first, or name another directory";
  } else if (reason != nullptr) {
    *reason = directory.string() + ": " + error.what + ": " +
              std::generic_category().message(static_cast<int>(error.detail));
  }
  return error;
}

}  // namespace idnode::store
