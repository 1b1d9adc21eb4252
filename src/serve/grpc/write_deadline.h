// By when a client has taken the message that is being sent to it. A call whose client does not
// read holds memory, a place, and up every stop; so whoever sends begins a deadline, and asks with
// every tick whether it has passed. Then the call is cancelled.
#pragma once

#include <chrono>
#include <optional>

#include "serve/grpc/door.h"

namespace idnode::serve {

// One thread at a time.
class WriteDeadline {
 public:
  // A message is being sent from now on.
  void Begin(const Door& door) {
    end_ = Clock::now() + door.options.write_patience;
    hurried_end_.reset();
  }

  // Never while nothing is sent. While the node stops, or has too much that is not taken, there is
  // less time.
  bool HasPassed(const Door& door) {
    if (!end_.has_value()) return false;
    const auto now = Clock::now();
    if (!door.calls.stopping() && !door.unsent.is_much()) {
      hurried_end_.reset();
    } else if (!hurried_end_.has_value()) {
      hurried_end_ = now + door.options.last_write;
    }
    return now >= *end_ || (hurried_end_.has_value() && now >= *hurried_end_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<Clock::time_point> end_;
  std::optional<Clock::time_point> hurried_end_;
};

}  // namespace idnode::serve
