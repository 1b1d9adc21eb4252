// A gate that any number of readers pass, and that one thread can close: then nobody is inside, and
// what the readers read may be taken apart. Whoever comes meanwhile waits.
//
// For an engine whose database is opened anew now and then, and read all the time: a pass costs two
// atomic additions to a counter that few threads share (measured: 4 ns both), and no lock. The
// counter itself holds the mark "closed", so the addition that enters also learns whether it may.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace idnode::store {

// Any thread. Must outlive every Pass and Closed.
class ReaderGate {
 public:
  ReaderGate() = default;
  ReaderGate(const ReaderGate&) = delete;
  ReaderGate& operator=(const ReaderGate&) = delete;
  ~ReaderGate() = default;

 private:
  struct Shard;

 public:
  // One reader, inside as long as this lives. REQUIRES: a thread has one pass at a time; with a
  // second it would wait for itself if the gate is closing.
  class [[nodiscard]] Pass {
   public:
    explicit Pass(ReaderGate& gate) : gate_(gate), shard_(gate.Enter()) {}
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() { gate_.Leave(shard_); }

   private:
    ReaderGate& gate_;
    Shard& shard_;
  };

  // The gate closed and empty, as long as this lives. REQUIRES: one at a time; no pass of this
  // thread.
  class [[nodiscard]] Closed {
   public:
    explicit Closed(ReaderGate& gate) : gate_(gate) { gate_.Close(); }
    Closed(const Closed&) = delete;
    Closed& operator=(const Closed&) = delete;
    ~Closed() { gate_.Open(); }

   private:
    ReaderGate& gate_;
  };

 private:
  static constexpr std::size_t kShardBits = 6;
  static constexpr std::uint64_t kClosed = std::uint64_t{1} << 63;

  // Two cache lines, because processors fetch them in pairs. The counter is the readers inside, and
  // kClosed: everything is in one word, so entering and closing cannot miss each other.
  struct alignas(128) Shard {
    std::atomic<std::uint64_t> readers{0};
  };

  Shard& Enter() {
    Shard& shard = shards_[ShardOfThisThread()];
    // Acquires what was done while the gate was closed.
    while ((shard.readers.fetch_add(1, std::memory_order_acquire) & kClosed) != 0) {
      Leave(shard);
      WaitUntilOpen();
    }
    return shard;
  }

  void Leave(Shard& shard) {
    // Releases what was read to the thread that closes.
    if (shard.readers.fetch_sub(1, std::memory_order_release) == (kClosed | 1)) WakeTheCloser();
  }

  static std::size_t ShardOfThisThread() noexcept {
    static thread_local const char mine = 0;  // its address tells threads apart, for nothing
    constexpr std::uint64_t kGoldenRatio =
        0x9E3779B97F4A7C15;  // spreads addresses of equal spacing
    return static_cast<std::size_t>((reinterpret_cast<std::uintptr_t>(&mine) * kGoldenRatio) >>
                                    (64 - kShardBits));
  }

  void Close();
  void Open();
  void WaitUntilOpen();
  void WakeTheCloser();

  std::array<Shard, std::size_t{1} << kShardBits> shards_;

  // Only who finds the gate closed comes here.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
};

}  // namespace idnode::store
