#include "secret.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "crypto/digest.h"
#include "crypto/secret.h"
#include "failure.h"

namespace idnode::ctl {
namespace {

// False: errno says why.
bool WriteNew(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const std::string line = text + "\n";
  const bool written =
      write(file, line.data(), line.size()) == std::ssize(line) && fsync(file) == 0;
  int reason = written ? 0 : errno;
  if (close(file) != 0 && reason == 0) reason = errno;
  if (reason == 0) return true;
  unlink(path.c_str());  // or the next try would find it
  errno = reason;
  return false;
}

}  // namespace

Secret::Secret(std::string file, Language language)
    : file_(std::move(file)), text_(crypto::MakeSecret()) {
  if (file_.empty() || WriteNew(file_, text_)) return;
  const int reason = errno;
  throw Failure{
      Exit::kFailed, reason == EEXIST ? "file_exists" : "file_unwritable", "--out",
      Say(language, text::kFileUnwritable, file_, std::generic_category().message(reason)),
      Say(language, text::kFileUnwritableFix)};
}

std::string Secret::Sha256() const {
  const auto digest =
      crypto::Sha256({{reinterpret_cast<const std::uint8_t*>(text_.data()), text_.size()}});
  return {digest.begin(), digest.end()};
}

void Secret::Withdraw() const {
  if (!file_.empty()) unlink(file_.c_str());
}

}  // namespace idnode::ctl
