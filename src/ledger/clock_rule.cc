#include "ledger/clock_rule.h"

#include <algorithm>
#include <limits>

#include "base/reader.h"
#include "base/writer.h"

namespace idnode::ledger {
namespace {

std::uint32_t Seconds(std::int64_t ms) noexcept {
  return static_cast<std::uint32_t>(
      std::min<std::int64_t>(ms / 1'000, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

std::string EncodeClockAcceptance(std::int64_t wall_ms) {
  std::string state;
  TextWriter(state).U64(static_cast<std::uint64_t>(wall_ms));
  return state;
}

Result<std::int64_t> DecodeClockAcceptance(std::string_view state) noexcept {
  Reader in(AsBytes(state));
  const auto wall_ms = static_cast<std::int64_t>(in.U64("clock acceptance"));
  if (!in.ok() || in.remaining() != 0) return Error{Errc::kCorrupt, 0, "clock acceptance"};
  return wall_ms;
}

std::int64_t NextLag(std::int64_t lag_ms, std::int64_t before_ms, const Leaf& leaf,
                     std::string_view state) noexcept {
  if (leaf.kind == EntryKind::kClockAccepted) {
    const Result<std::int64_t> wall_ms = DecodeClockAcceptance(state);
    std::int64_t behind_ms = 0;
    const bool is_sound = wall_ms.ok() &&  // or nonsense that audit has found
                          !__builtin_sub_overflow(leaf.time_ms, wall_ms.value(), &behind_ms);
    return is_sound ? std::max<std::int64_t>(0, behind_ms) : 0;
  }
  return leaf.time_ms > before_ms ? 0 : lag_ms;
}

Result<Moment> ClockRule::Next(const Head& head) const noexcept {
  const Moment moment = Accepting(head);
  const std::int64_t behind_ms = head.time_ms - head.lag_ms - moment.wall_ms;
  if (behind_ms > kMaxBehindMs) {
    return Error{Errc::kUnavailable, Seconds(behind_ms), "clock behind"};
  }
  const std::int64_t ahead_ms = moment.wall_ms - clock_->BootMs() - offset_ms_;
  if (ahead_ms > kMaxAheadMs) return Error{Errc::kUnavailable, Seconds(ahead_ms), "clock ahead"};
  return moment;
}

Moment ClockRule::Accepting(const Head& head) const noexcept {
  const std::int64_t wall_ms = clock_->WallMs();
  return {.time_ms = std::max(head.time_ms, wall_ms), .wall_ms = wall_ms};
}

void ClockRule::Accept() noexcept { offset_ms_ = clock_->WallMs() - clock_->BootMs(); }

}  // namespace idnode::ledger
