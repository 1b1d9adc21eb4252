// Who is being served: every call that one of our services has taken and not yet ended.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <unordered_set>

namespace idnode::serve {

// A call that goes on until somebody ends it.
class Stream {
 public:
  virtual ~Stream() = default;

  // Something that the stream waits for has happened: it looks, soon, on another thread. Any
  // thread; cheap.
  virtual void Wake() = 0;

  // Some time has passed: it looks whether it may still go on. As Wake().
  virtual void Tick() {}
};

// Any thread.
class Calls {
 public:
  Calls() = default;
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;
  ~Calls();

  // A unary call begins, and ends.
  void Begin();
  void End();

  // A stream begins, and ends. In between it is woken when the node stops, and told of ticks.
  void Begin(Stream& stream);
  void End(Stream& stream);

  // Tells every stream that time has passed.
  void Tick();

  // No more calls: those that begin now are to be refused, streams are to end.
  bool stopping() const noexcept { return stopping_.load(std::memory_order_acquire); }

  // Says so to everybody, and waits until all calls have ended, `patience` at most.
  void Stop(std::chrono::milliseconds patience);

 private:
  void NotifyIfNone();

  std::atomic<bool> stopping_{false};  // by Stop(); whoever wakes up for it must see it

  // Under the mutex.
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t unary_ = 0;
  std::unordered_set<Stream*> streams_;
};

}  // namespace idnode::serve
