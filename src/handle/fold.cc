#include "handle/fold.h"

#include <algorithm>
#include <cstdlib>

namespace idnode::handle {
namespace {

char* CopyFolded(std::string_view text, char* out) noexcept {
  return std::transform(text.begin(), text.end(), out, Fold);
}

}  // namespace

std::string Folded(std::string_view text) {
  std::string out(text);
  FoldInPlace(out);
  return out;
}

void FoldInPlace(std::span<char> text) noexcept {
  std::transform(text.begin(), text.end(), text.begin(), Fold);
}

bool EqualFolded(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return Fold(a) == Fold(b); });
}

std::string KeyOf(std::string_view identifier, CasePolicy policy) {
  std::string key(identifier.size() + kMaxKeyGrowth, '\0');
  key.resize(WriteKey(identifier, policy, key).size());
  return key;
}

std::string_view WriteKey(std::string_view identifier, CasePolicy policy,
                          std::span<char> out) noexcept {
  if (out.size() < identifier.size() + kMaxKeyGrowth) std::abort();
  const std::size_t slash = identifier.find('/');
  const bool is_short = slash == std::string_view::npos;
  const std::string_view prefix = is_short ? kPrefixOfPrefixes : identifier.substr(0, slash);
  const std::string_view suffix = is_short ? identifier : identifier.substr(slash + 1);
  const bool fold = policy == CasePolicy::kFold || prefix.starts_with("0.");

  char* end = CopyFolded(prefix, out.data());
  *end++ = '/';
  end = fold ? CopyFolded(suffix, end) : std::copy(suffix.begin(), suffix.end(), end);
  return {out.data(), static_cast<std::size_t>(end - out.data())};
}

}  // namespace idnode::handle
