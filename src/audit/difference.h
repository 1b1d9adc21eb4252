// What an audit found wrong: which row, and in what way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "ledger/entry.h"
#include "store/engine.h"

namespace idnode::audit {

struct Difference {
  store::Family family = store::Family::kMeta;
  std::string key;   // octets
  std::string what;  // in English, short: "missing: entry 17 makes it"

  friend bool operator==(const Difference&, const Difference&) = default;
};

// The key as people write it: a seq, an identifier, a prefix and a day; otherwise in hexadecimal.
std::string KeyInWords(store::Family family, std::string_view key);

// "leaf 17: its time goes back"
std::string InWords(const Difference& difference);

// Takes the differences down: the first ones whole, of the others only the number. A row counts
// once, with what was found first, as long as not very many rows are wrong. One thread.
class Findings {
 public:
  explicit Findings(std::size_t kept) noexcept : kept_(kept) {}

  void Add(store::Family family, std::string_view key, std::string what);
  void AddEntry(store::Family family, ledger::Seq seq, std::string what);

  const std::vector<Difference>& differences() const noexcept { return differences_; }
  std::uint64_t count() const noexcept { return count_; }

 private:
  static constexpr std::size_t kRemembered = 10'000;  // rows

  const std::size_t kept_;
  std::vector<Difference> differences_;
  std::unordered_set<std::string> rows_;
  std::uint64_t count_ = 0;
};

// In what way `stored` is not `expected`, two values that differ. `origin` says what makes it so:
// "entry 17".
std::string Unlike(std::string_view stored, std::string_view expected, std::string_view origin);

}  // namespace idnode::audit
