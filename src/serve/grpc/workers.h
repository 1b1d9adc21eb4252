// Threads for what takes long: reading a whole log must hold up neither a thread of gRPC nor the
// commit thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace idnode::serve {

// Any thread.
class Workers {
 public:
  // `queue`: how many tasks may wait for a thread.
  Workers(std::size_t threads, std::size_t queue);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();  // after everything posted has run

  // Runs `task` on one of the threads. False, and it will not run: too many wait.
  [[nodiscard]] bool Post(std::function<void()> task);

 private:
  void Run();

  const std::size_t queue_;

  // Under the mutex.
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;

  std::vector<std::thread> threads_;  // last: everything above is ready when they start
};

}  // namespace idnode::serve
