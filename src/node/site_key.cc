#include "node/site_key.h"

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "base/error_words.h"

namespace idnode::node {
namespace {

crypto::RsaKey Taken(Result<crypto::RsaKey> key, const std::filesystem::path& file) {
  if (key.ok()) return std::move(key).value();
  throw std::runtime_error("the site's key " + file.string() + " cannot be used (" +
                           InWords(key.error()) +
                           "); it must be an RSA key in PEM without a pass phrase. See "
                           "site.key_file");
}

std::filesystem::path OwnFile(const std::filesystem::path& directory) {
  return directory / "site-key.pem";
}

}  // namespace

std::optional<crypto::RsaKey> ReadSiteKey(const Config& config,
                                          const std::filesystem::path& directory) {
  if (!config.site.key_file.empty()) {
    return Taken(crypto::RsaKey::Load(config.site.key_file), config.site.key_file);
  }
  const std::filesystem::path file = OwnFile(directory);
  std::error_code ignored;  // of a directory that cannot be entered, which the core will tell
  if (!std::filesystem::exists(file, ignored)) return std::nullopt;
  return Taken(crypto::RsaKey::Load(file), file);
}

crypto::RsaKey SiteKey(std::optional<crypto::RsaKey> read, const std::filesystem::path& directory) {
  if (read.has_value()) return *std::move(read);
  return Taken(crypto::RsaKey::LoadOrGenerate(OwnFile(directory)), OwnFile(directory));
}

}  // namespace idnode::node
