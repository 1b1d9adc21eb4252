#include "monitor/feed_hub.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <semaphore>

#include "monitor/feed.h"
#include "monitor/history.h"
#include "monitor/receiver.h"

namespace idnode::monitor {
namespace {

using namespace std::chrono_literals;

constexpr auto kSoon = 10s;      // by then it has happened
constexpr auto kAWhile = 100ms;  // by then it would have happened

void Commit(FeedHub& hub, ledger::Seq size) {
  ledger::Head head;
  while (head.seq() < size) head.tree.Append({});
  hub.OnCommit(head, {});
}

TEST(FeedHub, WakesOnceWhenTheLogIsLonger) {
  FeedHub hub(1ms);
  std::counting_semaphore<> woken(0);
  const auto waiting = hub.WakeBeyond(2, [&] { woken.release(); });
  Commit(hub, 1);
  Commit(hub, 2);
  EXPECT_FALSE(woken.try_acquire_for(kAWhile));
  Commit(hub, 3);
  EXPECT_TRUE(woken.try_acquire_for(kSoon));
  Commit(hub, 4);
  EXPECT_FALSE(woken.try_acquire_for(kAWhile));
}

TEST(FeedHub, WakesAtOnceWhenTheLogIsLongerAlready) {
  FeedHub hub(1ms);
  Commit(hub, 3);
  std::counting_semaphore<> woken(0);
  const auto waiting = hub.WakeBeyond(2, [&] { woken.release(); });
  EXPECT_TRUE(woken.try_acquire_for(kSoon));
}

TEST(FeedHub, PausesBetweenWakings) {
  constexpr auto kPause = 50ms;
  FeedHub hub(kPause);
  std::atomic<ledger::Seq> size{0};
  std::counting_semaphore<> woken(0);
  const auto begin = std::chrono::steady_clock::now();
  FeedHub::Waiting waiting;
  int count = 0;
  for (ledger::Seq told = 0; std::chrono::steady_clock::now() - begin < 500ms; ++count) {
    waiting = hub.WakeBeyond(told, [&] { woken.release(); });
    do {
      Commit(hub, ++size);
    } while (!woken.try_acquire());
    told = size - 1;  // more is there already
  }
  const auto passed = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(size, 20U);
  EXPECT_LE(count, passed / kPause + 1);
  EXPECT_GE(count, 2);
}

TEST(FeedHub, DoesNotCallWhoeverHasGone) {
  FeedHub hub(1ms);
  std::counting_semaphore<> woken(0);
  {
    const auto waiting = hub.WakeBeyond(0, [&] { ADD_FAILURE(); });
  }
  auto other = hub.WakeBeyond(0, [&] { ADD_FAILURE(); });
  other = hub.WakeBeyond(0, [&] { woken.release(); });  // gives up the one before
  const auto moved = std::move(other);
  Commit(hub, 1);
  EXPECT_TRUE(woken.try_acquire_for(kSoon));
}

TEST(FeedHub, LetsAFunctionEndBeforeItsOwnerGoes) {
  FeedHub hub(1ms);
  std::promise<void> entered;
  std::promise<void> leave;
  std::atomic<bool> left{false};
  auto waiting = std::make_unique<FeedHub::Waiting>(hub.WakeBeyond(0, [&] {
    entered.set_value();
    leave.get_future().wait();
    left = true;
  }));
  Commit(hub, 1);
  entered.get_future().wait();
  auto gone = std::async(std::launch::async, [&] {
    waiting.reset();
    return left.load();
  });
  EXPECT_EQ(gone.wait_for(kAWhile), std::future_status::timeout);
  leave.set_value();
  EXPECT_TRUE(gone.get());
}

TEST(FeedHub, LetsAFunctionEndItsOwnWaiting) {
  FeedHub hub(1ms);
  std::counting_semaphore<> woken(0);
  FeedHub::Waiting waiting;
  waiting = hub.WakeBeyond(0, [&] { waiting = hub.WakeBeyond(1, [&] { woken.release(); }); });
  Commit(hub, 1);
  EXPECT_FALSE(woken.try_acquire_for(kAWhile));
  Commit(hub, 2);
  EXPECT_TRUE(woken.try_acquire_for(kSoon));
}

TEST(FeedHub, WakesNobodyOnceItHasStopped) {
  FeedHub hub(1ms);
  const auto waiting = hub.WakeBeyond(0, [&] { ADD_FAILURE(); });
  hub.Stop();
  Commit(hub, 1);
  std::this_thread::sleep_for(kAWhile);
}

// With a real committer, a writer and two receivers.
TEST(FeedHub, KeepsReceiversUpToDate) {
  constexpr int kEntries = 500;
  FeedHub hub(2ms);
  History history(9, {&hub});
  history.Random(1);
  std::atomic<bool> done{false};
  const auto follow = [&](Receiver& receiver) {
    auto opened = Feed::Open(*history.ledger.engine, registry::Principal::Node(), "", {.rows = 7});
    Feed& feed = *std::get<std::unique_ptr<Feed>>(opened);
    while (receiver.log_size < kEntries) {
      const auto next = feed.Next();
      const auto& message = std::get<std::optional<v1::WatchResponse>>(next);
      if (message.has_value()) {
        receiver.Take(*message);
        continue;
      }
      std::counting_semaphore<> woken(0);
      const auto waiting = hub.WakeBeyond(feed.seq(), [&] { woken.release(); });
      ASSERT_TRUE(woken.try_acquire_for(kSoon));
    }
  };
  std::array<Receiver, 2> receivers;
  std::thread one([&] { follow(receivers[0]); });
  std::thread two([&] { follow(receivers[1]); });
  history.Random(kEntries - 1);
  one.join();
  two.join();
  for (const Receiver& receiver : receivers) {
    EXPECT_EQ(receiver.log_size, static_cast<std::size_t>(kEntries));
    EXPECT_EQ(receiver.rows, history.rows(kEntries));
  }
}

}  // namespace
}  // namespace idnode::monitor
