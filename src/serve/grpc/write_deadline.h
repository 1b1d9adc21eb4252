// By when a client has taken the message that is being sent to it. A call whose client does not
// read holds memory, a place, and up every stop; so whoever sends begins a deadline, and asks with
// every tick whether it has passed. Then the call is cancelled.
#pragma once

#include <algorithm>
#include <chrono>

#include "serve/grpc/door.h"

namespace idnode::serve {

// One thread at a time.
class WriteDeadline {
 public:
  // A message is being sent from now on.
  void Begin(const Door& door) { end_ = Clock::now() + door.options.write_patience; }

  // When the node stops, or has too much that is not taken, little time is left.
  bool HasPassed(const Door& door) {
    const auto now = Clock::now();
    if (door.calls.stopping() || door.unsent.is_much()) {
      end_ = std::min(end_, now + door.options.last_write);
    }
    return now >= end_;
  }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point end_ = Clock::time_point::max();
};

}  // namespace idnode::serve
