// What time it is, handed to whoever needs to know: nothing else in the server asks the machine, so
// a test decides about time.
//
//   SystemClock  the machine's
//   ManualClock  goes where a test puts it
#pragma once

#include <atomic>
#include <cstdint>

namespace idnode {

// Any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  // Milliseconds since 1970-01-01T00:00:00Z, without leap seconds. Jumps when the machine's clock
  // is set, in either direction.
  virtual std::int64_t WallMs() const noexcept = 0;

  // Milliseconds since some fixed moment of this boot, time of suspension included. Never goes
  // back, and nobody can set it: the one to measure durations with, and to hold WallMs() against.
  virtual std::int64_t BootMs() const noexcept = 0;
};

// clock_gettime(2): CLOCK_REALTIME, CLOCK_BOOTTIME. Immutable.
class SystemClock final : public Clock {
 public:
  std::int64_t WallMs() const noexcept override;
  std::int64_t BootMs() const noexcept override;
};

// A clock that stands still until it is told otherwise. Any thread; a reader on another thread may
// see the two times from different moments.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t wall_ms = 0, std::int64_t boot_ms = 0) noexcept
      : wall_ms_(wall_ms), boot_ms_(boot_ms) {}

  std::int64_t WallMs() const noexcept override { return wall_ms_.load(); }
  std::int64_t BootMs() const noexcept override { return boot_ms_.load(); }

  // Lets time pass: both clocks go forward by `ms`, which must not be negative.
  void Advance(std::int64_t ms) noexcept {
    boot_ms_.fetch_add(ms);
    wall_ms_.fetch_add(ms);
  }

  // Sets the wall clock, as an administrator or a time server would; the other one goes on.
  void SetWall(std::int64_t wall_ms) noexcept { wall_ms_.store(wall_ms); }

 private:
  std::atomic<std::int64_t> wall_ms_;
  std::atomic<std::int64_t> boot_ms_;
};

}  // namespace idnode
