// Who is being served: every call that one of our services has taken and not yet ended.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <unordered_set>

namespace idnode::serve {

// A call under way. Any thread; both are cheap, and end no call before they return.
class Call {
 public:
  virtual ~Call() = default;

  // The node stops: if the call waits for anything, it ends soon.
  virtual void Wake() {}

  // Some time has passed: the call looks whether it may still go on.
  virtual void Tick() {}
};

// Any thread.
class Calls {
 public:
  Calls() = default;
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;
  ~Calls();

  // A call begins, and ends. In between it is woken when the node stops, and told of ticks.
  void Begin(Call& call);
  void End(Call& call);

  // Tells every call that time has passed.
  void Tick();

  // No more calls: those that begin now are to be refused, those that wait are to end.
  bool stopping() const noexcept { return stopping_.load(std::memory_order_acquire); }

  // Says so to everybody, and waits until all calls have ended, `patience` at most.
  void Stop(std::chrono::milliseconds patience);

 private:
  std::atomic<bool> stopping_{false};  // by Stop(); whoever wakes up for it must see it

  // Under the mutex.
  std::mutex mutex_;
  std::condition_variable none_;
  std::unordered_set<Call*> calls_;
};

}  // namespace idnode::serve
