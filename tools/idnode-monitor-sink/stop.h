// SIGTERM and SIGINT as a std::stop_token.
#pragma once

#include <chrono>
#include <csignal>
#include <stop_token>
#include <thread>

namespace idnode::sink {

// Takes the two signals from the whole process and waits for them on a thread of its own, so
// whatever hangs on the token runs on an ordinary thread. A second signal ends the process at once:
// nothing that matters is only in memory.
//
// REQUIRES: made before any other thread.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  std::stop_token token() const noexcept { return source_.get_token(); }

 private:
  void Wait();

  sigset_t signals_{};
  std::stop_source source_;
  std::thread thread_;
};

// Sleeps for the time, or until the stop is requested.
void SleepFor(std::chrono::milliseconds time, const std::stop_token& stop);

}  // namespace idnode::sink
