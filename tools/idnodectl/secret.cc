#include "secret.h"

#include <fcntl.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "failure.h"

namespace idnode::ctl {
namespace {

constexpr std::size_t kSecretOctets = 32;

// RFC 4648, section 5, without padding.
std::string Base64Url(const std::array<std::uint8_t, kSecretOctets>& octets) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const std::uint8_t octet : octets) {
    bits = (bits << 8) | octet;
    count += 8;
    for (; count >= 6; count -= 6) text += kDigits[(bits >> (count - 6)) & 0x3F];
  }
  if (count > 0) text += kDigits[(bits << (6 - count)) & 0x3F];
  return text;
}

// False: errno says why.
bool WriteNew(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const std::string line = text + "\n";
  const bool written =
      write(file, line.data(), line.size()) == std::ssize(line) && fsync(file) == 0;
  return (close(file) == 0) && written;
}

}  // namespace

Secret::Secret(std::string file, Language language) : file_(std::move(file)) {
  std::array<std::uint8_t, kSecretOctets> octets{};
  crypto::FillRandom(octets);
  text_ = "idn_" + Base64Url(octets);
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
