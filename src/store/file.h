// An open file of the operating system, closed at the end; and its errors as ours.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "base/result.h"

namespace idnode::store {

class File {
 public:
  // Opens `path`, or not: see ok(), and errno, which is then still set. `flags` as for open(2);
  // files are made for their owner alone. Never inherited by a program that is started.
  File(const std::filesystem::path& path, int flags) noexcept
      : file_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}

  File(File&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (file_ >= 0) ::close(file_);
  }

  bool ok() const noexcept { return file_ >= 0; }
  int get() const noexcept { return file_; }

 private:
  int file_;
};

// What errno says, with errno as the detail: kNotFound, kDenied (also a file system that is
// read-only), kUnavailable (no space), or kInternal. `what` names the call.
inline Error FromErrno(const char* what) noexcept {
  const auto detail = static_cast<std::uint32_t>(errno);
  switch (errno) {
    case ENOENT:
      return {Errc::kNotFound, detail, what};
    case EACCES:
    case EPERM:
    case EROFS:
      return {Errc::kDenied, detail, what};
    case ENOSPC:
    case EDQUOT:
      return {Errc::kUnavailable, detail, what};
    default:
      return {Errc::kInternal, detail, what};
  }
}

}  // namespace idnode::store
