#include "handle/fold.h"

#include <algorithm>

namespace idnode::handle {

std::string Folded(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), Fold);
  return out;
}

bool EqualFolded(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return Fold(a) == Fold(b); });
}

std::string KeyOf(std::string_view identifier, CasePolicy policy) {
  std::string out(identifier.size(), '\0');
  WriteKey(identifier, policy, out);
  return out;
}

void WriteKey(std::string_view identifier, CasePolicy policy, std::span<char> out) noexcept {
  const std::size_t folded =
      policy == CasePolicy::kFold ? identifier.size() : PrefixOf(identifier).size();
  const auto* const middle = identifier.begin() + static_cast<std::ptrdiff_t>(folded);
  auto rest = std::transform(identifier.begin(), middle, out.begin(), Fold);
  std::copy(middle, identifier.end(), rest);
}

}  // namespace idnode::handle
