#include "store/rocksdb/rocks_status.h"

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace idnode::store {
namespace {

std::string_view Text(const rocksdb::Status& status) noexcept {
  const char* text = status.getState();
  return text == nullptr ? std::string_view() : std::string_view(text);
}

// RocksDB keeps an errno only as the words of strerror() at the end of its own.
int ErrnoOf(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return ENOSPC;
  if (status.IsPathNotFound()) return ENOENT;
  const std::string_view text = Text(status);
  if (text.starts_with("While lock file") || text.starts_with("lock hold by current process")) {
    return EWOULDBLOCK;
  }
  for (const int number : std::to_array({ENOSPC, ENOENT, EACCES, EPERM, EROFS, EDQUOT, EMFILE,
                                         ENFILE, ENOTDIR, EISDIR, EIO, EFBIG, ENOMEM})) {
    if (text.ends_with(std::generic_category().message(number))) return number;
  }
  return 0;
}

Errc CodeOf(const rocksdb::Status& status, int number) noexcept {
  if (status.IsCorruption() || number == ENOENT) return Errc::kCorrupt;
  if (status.IsInvalidArgument() || status.IsNotSupported()) return Errc::kMalformed;
  if (number == EACCES || number == EPERM || number == EROFS) return Errc::kDenied;
  return Errc::kUnavailable;
}

}  // namespace

Error FromRocks(const rocksdb::Status& status, const char* what) {
  if (status.IsNotFound()) return {Errc::kNotFound, 0, what};  // the common one; costs nothing
  const int number = ErrnoOf(status);
  return {CodeOf(status, number), static_cast<std::uint32_t>(number), what};
}

Error FromRead(const rocksdb::Status& status, const char* what) {
  Error error = FromRocks(status, what);
  const bool is_told = error.code == Errc::kNotFound || error.code == Errc::kCorrupt;
  if (!is_told) error.code = Errc::kUnavailable;
  return error;
}

}  // namespace idnode::store
