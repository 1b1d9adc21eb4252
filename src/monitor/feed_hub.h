// Wakes those who follow the feed when the log has grown: nobody looks at the store to find out
// that nothing changed, and however many commits there are, nobody is woken more than a few times a
// second.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <thread>

#include "ledger/committer.h"

namespace idnode::monitor {

// Any thread, except where a method says otherwise.
class FeedHub final : public ledger::CommitListener {
 public:
  // `pause`: the least time between two rounds of waking.
  explicit FeedHub(std::chrono::milliseconds pause = std::chrono::milliseconds(200));
  FeedHub(const FeedHub&) = delete;
  FeedHub& operator=(const FeedHub&) = delete;
  ~FeedHub() override;  // Stop()

  // Somebody who waits. Destroyed, it waits no longer: its function is not running then, unless it
  // is that function which destroys it, and will not be called. Must not outlive the hub.
  class Waiting {
   public:
    Waiting() = default;
    Waiting(Waiting&& other) noexcept : hub_(other.hub_), id_(other.id_) { other.hub_ = nullptr; }
    Waiting& operator=(Waiting&& other) noexcept;
    ~Waiting() { Cancel(); }

   private:
    friend FeedHub;
    Waiting(FeedHub* hub, std::uint64_t id) noexcept : hub_(hub), id_(id) {}
    void Cancel() noexcept;

    FeedHub* hub_ = nullptr;
    std::uint64_t id_ = 0;
  };

  // Calls `wake` once, on the hub's thread, when the log is longer than `size`: soon, if it is so
  // already, perhaps before this returns. It must not block, nor throw: the others wait meanwhile.
  [[nodiscard]] Waiting WakeBeyond(ledger::Seq size, std::function<void()> wake);

  void OnCommit(const ledger::Head& head, std::span<const ledger::Entry> entries) noexcept override;

  // Wakes nobody any more. A second call does nothing. Not from a `wake`.
  void Stop() noexcept;

 private:
  struct Waiter {
    ledger::Seq size;
    std::function<void()> wake;
  };

  void Run();
  bool SomebodyIsDue() const;
  void WakeThoseDue(std::unique_lock<std::mutex>& lock);
  void Cancel(std::uint64_t id) noexcept;

  const std::chrono::milliseconds pause_;

  // Under the mutex.
  std::mutex mutex_;
  std::condition_variable due_;       // the hub's thread waits for somebody to wake
  std::condition_variable stop_;      // or for the end of a pause
  std::condition_variable finished_;  // a Cancel() waits for a function that is running
  std::map<std::uint64_t, Waiter> waiters_;
  std::uint64_t last_id_ = 0;
  std::uint64_t running_ = 0;  // whose function is being called; 0: none
  ledger::Seq log_size_ = 0;
  std::thread::id self_;  // the hub's thread, once it runs
  bool stopping_ = false;

  std::thread thread_;  // last: everything above is ready when it starts
};

}  // namespace idnode::monitor
