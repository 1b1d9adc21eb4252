// For how long a request id is remembered, and how it is forgotten: in passing. Every commit erases
// a few rows of family requests that are too old, oldest first, so there is no task that sweeps.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/entry.h"
#include "store/engine.h"

namespace idnode::ledger {

inline constexpr std::int64_t kRememberMs = std::int64_t{30} * 24 * 3'600'000;

// Still to be honoured at `now_ms`: a request whose entry is of `time_ms`. Any two numbers will do:
// the difference is taken where it cannot overflow.
constexpr bool IsRemembered(std::int64_t time_ms, std::int64_t now_ms) noexcept {
  return time_ms >= now_ms ||
         static_cast<std::uint64_t>(now_ms) - static_cast<std::uint64_t>(time_ms) <
             static_cast<std::uint64_t>(kRememberMs);
}

// One thread: the committer's. Remembers, in family jobs under "requests-forgotten", the seq up to
// which everything is forgotten: version 1, 8 octets, CRC-32C.
class RequestMemory {
 public:
  static constexpr std::string_view kJobKey = "requests-forgotten";

  // How far the forgetting has gone, as it is stored: everything before that entry is forgotten.
  // Errors: kCorrupt.
  static Result<Seq> ReadProgress(const store::Readable& store);

  // What a commit at `now_ms`, behind the first `end` entries, may add to itself: at most `limit`
  // erased rows, and then the row that says how far it went. An error of the store is no reason to
  // stop a commit: nothing is forgotten. An entry that is damaged is passed over, or it would stop
  // all forgetting: the row of its request id stays for good.
  struct Forgotten {
    std::vector<store::Erase> erases;
    std::optional<store::Put> progress;
  };
  Forgotten Forget(const store::Readable& store, Seq end, std::int64_t now_ms, std::size_t limit);

  // The next Forget() begins with what is stored: after a commit that was not.
  void Reset() noexcept { next_.reset(); }

  // Damaged entries that were passed over, and the last of them. Those of a commit that was lost
  // count again with the next.
  std::uint64_t passed_over() const noexcept { return passed_over_; }
  Seq last_passed_over() const noexcept { return last_passed_over_; }

 private:
  // Whether the entry is done with: forgotten, or passed over.
  bool Handle(const store::Readable& store, Seq seq, std::int64_t now_ms, Forgotten& out);
  static Status ForgetOne(const store::Readable& store, Seq seq, Forgotten& out);

  std::optional<Seq> next_;  // the oldest entry not looked at; unknown: read it first
  std::int64_t due_ms_ = 0;  // when that one is old enough
  std::uint64_t passed_over_ = 0;
  Seq last_passed_over_ = kNoSeq;
};

}  // namespace idnode::ledger
