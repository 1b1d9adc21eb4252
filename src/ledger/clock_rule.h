// When an entry may be written, and what time it bears.
//
// The time of an entry is the wall clock, but never less than that of the entry before. A clock
// that is set wrong would put registrations into the wrong day for good, so a clock that seems
// wrong stops writes until an administrator says that it is right, which is an entry itself:
//
//   behind   the wall clock is more than 5 minutes behind the last entry
//   ahead    since the node started, the wall clock has gained more than 10 minutes on the steady
//   one
//
// After a step back was accepted, entries keep the last time until the wall clock has passed it;
// the head's lag remembers how far behind was accepted, across restarts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "ledger/entry.h"
#include "ledger/head.h"

namespace idnode::ledger {

inline constexpr std::int64_t kMaxBehindMs = std::int64_t{5} * 60'000;
inline constexpr std::int64_t kMaxAheadMs = std::int64_t{10} * 60'000;

inline constexpr std::string_view kClockKey = "c";  // of the control object

// The clock's control object: the wall clock that was accepted, ms since 1970, 8 octets.
std::string EncodeClockAcceptance(std::int64_t wall_ms);
Result<std::int64_t> DecodeClockAcceptance(std::string_view state) noexcept;  // kCorrupt

// The head's lag after an entry that follows one at `before_ms`. Pure: audit makes it again.
std::int64_t NextLag(std::int64_t lag_ms, std::int64_t before_ms, const Leaf& leaf,
                     std::string_view state) noexcept;

// A moment at which an entry may be written.
struct Moment {
  std::int64_t time_ms = 0;  // of the entry
  std::int64_t wall_ms = 0;  // the wall clock
};

// One thread: the committer's. A value: a copy restores it.
class ClockRule {
 public:
  // Takes the clock as right. `clock` must outlive the rule.
  explicit ClockRule(const Clock& clock) noexcept : clock_(&clock) { Accept(); }

  // The moment of an entry that follows `head`. Errors: kUnavailable, `what` says "clock behind" or
  // "clock ahead", `detail` how far, in seconds.
  Result<Moment> Next(const Head& head) const noexcept;

  // The same for the entry that accepts the clock, whatever it shows.
  Moment Accepting(const Head& head) const noexcept;

  // From now on the clock is taken as right.
  void Accept() noexcept;

 private:
  const Clock* clock_;
  std::int64_t offset_ms_ = 0;  // of the wall clock from the steady one, when it was right
};

}  // namespace idnode::ledger
