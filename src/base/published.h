// A value that one thread replaces now and then and others read all the time.
//
// Every reader keeps the version it saw last. Whether there is a newer one costs it one atomic load
// of a word that nobody writes meanwhile; only after a change does it take the lock, once.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace idnode {

template <typename T>
class Published {
 public:
  explicit Published(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  // Any thread.
  void Publish(std::shared_ptr<const T> value) {
    {
      const std::scoped_lock lock(mutex_);
      value_.swap(value);
    }
    version_.fetch_add(1, std::memory_order_release);
  }  // the old value goes here, outside the lock, unless a reader still has it

  // One thread each.
  class Reader {
   public:
    // `published` must outlive the reader.
    explicit Reader(const Published& published) noexcept : published_(published) {}

    // The newest version; stays as it is until the next call.
    const T& Get() {
      const std::uint64_t version = published_.version_.load(std::memory_order_acquire);
      if (value_ == nullptr || version != version_) {
        const std::scoped_lock lock(published_.mutex_);
        value_ = published_.value_;
        version_ = version;
      }
      return *value_;
    }

   private:
    const Published& published_;
    std::shared_ptr<const T> value_;
    std::uint64_t version_ = 0;
  };

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;  // under the mutex
  // Counts the changes, after each: a reader that sees the count sees the value, or a newer one.
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace idnode
