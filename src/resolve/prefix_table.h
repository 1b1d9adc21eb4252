// Which prefixes are served here, and how their suffixes are compared.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "handle/fold.h"

namespace idnode::resolve {

// Immutable once it is published.
class PrefixTable {
 public:
  // `prefix` is folded.
  void Add(std::string prefix, handle::CasePolicy policy) {
    policies_.insert_or_assign(std::move(prefix), policy);
  }

  // The policy of a folded prefix; nothing if it is not served here. Does not allocate.
  std::optional<handle::CasePolicy> Find(std::string_view prefix) const noexcept {
    const auto found = policies_.find(prefix);
    if (found == policies_.end()) return std::nullopt;
    return found->second;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  std::unordered_map<std::string, handle::CasePolicy, Hash, std::equal_to<>> policies_;
};

}  // namespace idnode::resolve
