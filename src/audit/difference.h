// What an audit found wrong: which row, and in what way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "ledger/entry.h"
#include "ledger/rows.h"
#include "store/engine.h"

namespace idnode::audit {

struct Difference {
  store::Family family = store::Family::kMeta;
  std::string key;  // octets
  Text what;        // short: "missing: entry 17 makes it"

  friend bool operator==(const Difference&, const Difference&) = default;
};

// The key as people write it: a seq, an identifier, a prefix and a day; otherwise in hexadecimal.
Text KeyInWords(store::Family family, std::string_view key);

// Takes the differences down: the first ones whole, of the others only the number. A row counts
// once, with what was found first, as long as not very many rows are wrong. One thread.
class Findings {
 public:
  explicit Findings(std::size_t kept) noexcept : kept_(kept) {}

  void Add(store::Family family, std::string_view key, Text what);
  void AddEntry(store::Family family, ledger::Seq seq, Text what);

  const std::vector<Difference>& differences() const noexcept { return differences_; }
  std::uint64_t count() const noexcept { return count_; }

 private:
  static constexpr std::size_t kRemembered = 10'000;  // rows

  const std::size_t kept_;
  std::vector<Difference> differences_;
  std::unordered_set<std::string> rows_;
  std::uint64_t count_ = 0;
};

inline constexpr Words kBadChecksum{"its checksum does not fit", "校验和不符"};
inline constexpr Words kNoDay{"missing: the log has entries of that day",
                              "缺失：日志中有该日的条目"};
inline constexpr Words kNoTip{"missing: the log has entries of it", "缺失：日志中有其条目"};
inline constexpr Words kNoSuchRow{"no entry makes such a row", "没有条目产生这样的行"};

// "entry 17"
Text Numbered(ledger::Seq seq);

// "missing: entry 17 makes it"
Text MadeBy(ledger::Seq seq);

// That something cannot be read, and which part of it.
Text Unreadable(const Error& error);

// In what way `stored` is not `expected`, two values that differ. `origin` says what makes it so:
// "entry 17".
Text Unlike(std::string_view stored, std::string_view expected, const Text& origin);

// In what way counts are not those that were counted, of which they differ.
Text WrongTotals(const ledger::Totals& says, const ledger::Totals& counted);
Text Unlike(const ledger::ChannelTotals& says, const ledger::ChannelTotals& counted);

}  // namespace idnode::audit
