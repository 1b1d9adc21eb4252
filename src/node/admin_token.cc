#include "node/admin_token.h"

#include "base/small_file.h"
#include "crypto/secret.h"

namespace idnode::node {
namespace {

constexpr std::size_t kMaxSecretFile = 1'024;

}  // namespace

std::filesystem::path AdminTokenFile(const std::filesystem::path& directory) {
  return directory / "admin.token";
}

Result<std::string> ReadAdminSecret(const std::filesystem::path& directory) {
  Result<std::string> read = ReadFile(AdminTokenFile(directory), kMaxSecretFile);
  if (!read.ok()) return read.error();
  std::string secret = std::move(read).value();
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (!secret.starts_with(crypto::kSecretTag)) {
    return Error{Errc::kMalformed, 0, "it holds no token"};
  }
  return secret;
}

Result<std::string> ReadOrMakeAdminSecret(const std::filesystem::path& directory) {
  Result<std::string> read = ReadAdminSecret(directory);
  if (read.ok() || read.error().code != Errc::kNotFound) return read;
  return MakeAdminSecret(directory);
}

Result<std::string> MakeAdminSecret(const std::filesystem::path& directory) {
  std::string secret = crypto::MakeSecret();
  const Status written = WriteFile(AdminTokenFile(directory), secret + "\n", 0600);
  if (!written.ok()) return written.error();
  return secret;
}

}  // namespace idnode::node
