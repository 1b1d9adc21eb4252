#include "store/reader_gate.h"

#include <algorithm>

namespace idnode::store {

void ReaderGate::Close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  for (Shard& shard : shards_) shard.readers.fetch_or(kClosed, std::memory_order_relaxed);
  changed_.wait(lock, [this] {
    return std::ranges::all_of(shards_, [](const Shard& shard) {
      return shard.readers.load(std::memory_order_acquire) == kClosed;
    });
  });
}

void ReaderGate::Open() {
  const std::lock_guard lock(mutex_);
  closed_ = false;
  for (Shard& shard : shards_) shard.readers.fetch_and(~kClosed, std::memory_order_release);
  changed_.notify_all();
}

void ReaderGate::WaitUntilOpen() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !closed_; });
}

void ReaderGate::WakeTheCloser() {
  const std::lock_guard lock(mutex_);  // or it could fall asleep between its look and this call
  changed_.notify_all();
}

}  // namespace idnode::store
