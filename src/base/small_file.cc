#include "base/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace idnode {
namespace {

Error Failed(const char* call) noexcept {
  const auto detail = static_cast<std::uint32_t>(errno);
  if (errno == ENOENT) return {Errc::kNotFound, detail, call};
  if (errno == EACCES || errno == EPERM || errno == EROFS) return {Errc::kDenied, detail, call};
  if (errno == ENOSPC || errno == EDQUOT) return {Errc::kUnavailable, detail, call};
  return {Errc::kInternal, detail, call};
}

// Closed at the end.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags, mode_t mode = 0) noexcept
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  bool ok() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

Status WriteAll(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed("write");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return ::fsync(fd) == 0 ? Status() : Failed("fsync");
}

}  // namespace

Status WriteFile(const std::filesystem::path& path, std::string_view text, mode_t mode) {
  std::filesystem::path beside = path;
  beside += ".new";
  {
    const Descriptor file(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
    if (!file.ok()) return Failed("open");
    if (::fchmod(file.get(), mode) != 0) return Failed("chmod");  // whatever the umask says
    const Status written = WriteAll(file.get(), text);
    if (!written.ok()) return written;
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return Failed("rename");
  const Descriptor directory(path.has_parent_path() ? path.parent_path() : ".",
                             O_RDONLY | O_DIRECTORY);
  if (!directory.ok()) return Failed("open directory");
  return ::fsync(directory.get()) == 0 ? Status() : Failed("fsync directory");
}

Result<std::string> ReadFile(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor file(path, O_RDONLY);
  if (!file.ok()) return Failed("open");
  std::string text(limit + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t n = ::read(file.get(), text.data() + size, text.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed("read");
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  if (size > limit) return Error{Errc::kTooLarge, 0, "file"};
  text.resize(size);
  return text;
}

}  // namespace idnode
