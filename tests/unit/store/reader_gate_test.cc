#include "store/reader_gate.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

namespace idnode::store {
namespace {

using namespace std::chrono_literals;

// The two are different only while the gate is closed. They are not atomic, so the thread sanitizer
// sees, too, whether the gate orders what is read and what is written.
TEST(ReaderGate, NobodyIsInsideWhileItIsClosed) {
  ReaderGate gate;
  std::uint64_t one = 0;
  std::uint64_t other = 0;
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  readers.reserve(4);
  for (int r = 0; r < 4; ++r) {
    readers.emplace_back([&] {
      std::uint64_t seen = 0;
      while (!done) {
        const ReaderGate::Pass pass(gate);
        ASSERT_EQ(one, other);
        ASSERT_GE(one, seen);
        seen = one;
      }
    });
  }
  for (std::uint64_t round = 1; round <= 2000; ++round) {
    const ReaderGate::Closed closed(gate);
    one = round;
    other = round;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(one, 2000U);
}

TEST(ReaderGate, ClosingWaitsForThoseInside) {
  ReaderGate gate;
  std::promise<void> entered;
  std::promise<void> leave;
  std::atomic<bool> left{false};
  std::thread reader([&] {
    const ReaderGate::Pass pass(gate);
    entered.set_value();
    leave.get_future().wait();
    left = true;
  });
  entered.get_future().wait();
  auto closing = std::async(std::launch::async, [&] {
    const ReaderGate::Closed closed(gate);
    return left.load();
  });
  EXPECT_EQ(closing.wait_for(20ms), std::future_status::timeout) << "somebody is inside";
  leave.set_value();
  EXPECT_TRUE(closing.get());
  reader.join();
}

TEST(ReaderGate, WhoComesWhileItIsClosedGetsInAfterwards) {
  ReaderGate gate;
  std::atomic<bool> open{false};
  std::vector<std::future<bool>> readers;
  {
    const ReaderGate::Closed closed(gate);
    for (int r = 0; r < 4; ++r) {
      readers.push_back(std::async(std::launch::async, [&] {
        const ReaderGate::Pass pass(gate);
        return open.load();
      }));
    }
    EXPECT_EQ(readers.front().wait_for(20ms), std::future_status::timeout);
    open = true;
  }
  for (auto& reader : readers) EXPECT_TRUE(reader.get());
}

TEST(ReaderGate, CanBeClosedAgainAndAgainByDifferentThreads) {
  ReaderGate gate;
  for (int i = 0; i < 100; ++i) {
    std::thread([&] { const ReaderGate::Closed closed(gate); }).join();
    const ReaderGate::Pass pass(gate);
  }
}

}  // namespace
}  // namespace idnode::store
