#include "base/error_words.h"

#include <system_error>

namespace idnode {

std::string InWords(const Error& error) {
  std::string text = error.what;
  const bool has_errno = error.code != Errc::kCorrupt && error.code != Errc::kTooLarge;
  if (has_errno && error.detail != 0) {
    text += ": " + std::generic_category().message(static_cast<int>(error.detail));
  }
  return text;
}

}  // namespace idnode
