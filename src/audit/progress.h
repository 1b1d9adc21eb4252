// How far a long reading is, and the wish to end it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include "base/result.h"

namespace idnode::audit {

// Called every few hundred rows with what is done and how much there is, the latter an estimate
// that may change on the way. False ends the task. May be empty.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

// The error of a task that its Progress has ended.
inline constexpr Error kCancelled{Errc::kUnavailable, 0, "cancelled"};

// One thread.
class Steps {
 public:
  explicit Steps(Progress progress) noexcept : progress_(std::move(progress)) {}

  void Expect(std::uint64_t total) noexcept { total_ = total; }

  // Errors: kCancelled.
  Status Done(std::uint64_t steps) {
    done_ += steps;
    if (!progress_ || done_ - told_ < kPage) return {};
    told_ = done_;
    return progress_(done_, std::max(done_, total_)) ? Status() : kCancelled;
  }

  // A row that was counted before. Progress is asked now and then all the same.
  Status Again() {
    if (!progress_ || ++again_ % kPage != 0) return {};
    return progress_(done_, std::max(done_, total_)) ? Status() : kCancelled;
  }

  std::uint64_t done() const noexcept { return done_; }

 private:
  static constexpr std::uint64_t kPage = 256;

  const Progress progress_;
  std::uint64_t done_ = 0;
  std::uint64_t told_ = 0;
  std::uint64_t again_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace idnode::audit
