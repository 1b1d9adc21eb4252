// The store as it will be once the group that is being put together is committed: what the group
// has changed so far, and below it what is stored.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "store/engine.h"

namespace idnode::ledger {

// One thread.
class Overlay {
 public:
  // `below` must outlive the overlay.
  explicit Overlay(const store::Readable& below) noexcept : below_(below) {}

  // As store::Readable::Get().
  Status Get(store::Family family, std::string_view key, std::string& value) const;

  void Set(store::Put put);
  bool IsSet(store::Family family, std::string_view key) const;

  std::size_t keys() const noexcept { return keys_; }
  std::size_t octets() const noexcept { return octets_; }  // of keys and values

  // Everything that was set, each key once.
  std::vector<store::Put> Puts() const;

 private:
  struct TextHash {
    // NOLINTNEXTLINE(readability-identifier-naming): the name is the standard library's
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  using Table = std::unordered_map<std::string, std::string, TextHash, std::equal_to<>>;

  const store::Readable& below_;
  std::array<Table, store::kFamilies> tables_;
  std::size_t keys_ = 0;
  std::size_t octets_ = 0;
};

}  // namespace idnode::ledger
