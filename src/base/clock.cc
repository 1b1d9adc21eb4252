#include "base/clock.h"

#include <ctime>

namespace idnode {
namespace {

std::int64_t NowMs(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);  // cannot fail: both clocks exist since Linux 2.6.39
  return std::int64_t{now.tv_sec} * 1'000 + now.tv_nsec / 1'000'000;
}

}  // namespace

std::int64_t SystemClock::WallMs() const noexcept { return NowMs(CLOCK_REALTIME); }
std::int64_t SystemClock::BootMs() const noexcept { return NowMs(CLOCK_BOOTTIME); }

}  // namespace idnode
