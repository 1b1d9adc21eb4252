// Tells the log what the doors turn away: a line at most every so often, while it grows.
//
// The doors count and do not log, so that a flood of bad packets is no flood of lines.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/count.h"
#include "base/logger.h"

namespace idnode::node {

// The losses that have grown between two moments, as "handle.tcp.over_limit +3, ..."; empty if none
// has. Both have the same counts in the same order; `before` may also be empty, which is all zero.
std::string GrownLosses(const std::vector<Count>& before, const std::vector<Count>& now);

class LossLog {
 public:
  // Looks at `source` every `period`, on a thread of its own. `logger`, and what the source reads,
  // must outlive this.
  LossLog(CountSource source, std::chrono::milliseconds period, Logger& logger);

 private:
  void Run(const std::stop_token& stop);

  const CountSource source_;
  const std::chrono::milliseconds period_;
  Logger& logger_;
  std::jthread thread_;  // last: everything above is ready when it starts
};

}  // namespace idnode::node
