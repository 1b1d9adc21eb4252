// Says every so often that time has passed, to those who would otherwise wait for others only.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace idnode::serve {

// Any thread.
class Ticker {
 public:
  // Calls `tick` every `period`, on a thread of its own, from one period after now on.
  Ticker(std::chrono::milliseconds period, std::function<void()> tick);
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;
  ~Ticker();  // after a call under way

 private:
  void Run();

  const std::chrono::milliseconds period_;
  const std::function<void()> tick_;

  // Under the mutex.
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;

  std::thread thread_;  // last: everything above is ready when it starts
};

}  // namespace idnode::serve
