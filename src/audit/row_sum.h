// The sum of a set of rows: as good as the set itself to tell whether two sets are equal, however
// large they are and in whatever order they come.
//
// A row is hashed to four numbers of 64 bits, under a key that is drawn at random, and these are
// added up. Whoever made the rows did not know the key, so could not choose rows whose sum is that
// of others; that different sets have one sum has a chance of about 1 in 2^256.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "store/engine.h"

namespace idnode::audit {

// A value. One thread.
class RowSum {
 public:
  // Of no rows, under a new key.
  RowSum();

  void Add(store::Family family, std::string_view key, std::string_view value) noexcept;

  // Of a row that is in the set, or will be.
  void Remove(store::Family family, std::string_view key, std::string_view value) noexcept;

  // Whether no row is left, and none was removed that was not there.
  bool IsOfNone() const noexcept { return sum_ == Lanes{}; }

 private:
  using Lanes = std::array<std::uint64_t, 4>;

  Lanes Hash(store::Family family, std::string_view key, std::string_view value) const noexcept;

  std::array<std::uint8_t, 32> secret_{};
  Lanes sum_{};
};

}  // namespace idnode::audit
