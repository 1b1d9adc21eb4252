#include "monitor/feed_hub.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace idnode::monitor {

FeedHub::Waiting& FeedHub::Waiting::operator=(Waiting&& other) noexcept {
  if (this != &other) {
    Cancel();
    hub_ = std::exchange(other.hub_, nullptr);
    id_ = other.id_;
  }
  return *this;
}

void FeedHub::Waiting::Cancel() noexcept {
  if (hub_ != nullptr) std::exchange(hub_, nullptr)->Cancel(id_);
}

FeedHub::FeedHub(std::chrono::milliseconds pause) : pause_(pause), thread_([this] { Run(); }) {}

FeedHub::~FeedHub() { Stop(); }

FeedHub::Waiting FeedHub::WakeBeyond(ledger::Seq size, std::function<void()> wake) {
  const std::scoped_lock lock(mutex_);
  waiters_.emplace(++last_id_, Waiter{size, std::move(wake)});
  if (size < log_size_) due_.notify_one();
  return {this, last_id_};
}

void FeedHub::OnCommit(const ledger::Head& head,
                       std::span<const ledger::Entry> /*entries*/) noexcept {
  const std::scoped_lock lock(mutex_);
  log_size_ = head.seq();
  if (!waiters_.empty()) due_.notify_one();
}

void FeedHub::Stop() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  due_.notify_one();
  stop_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void FeedHub::Run() {
  std::unique_lock lock(mutex_);
  self_ = std::this_thread::get_id();
  for (;;) {
    due_.wait(lock, [this] { return stopping_ || SomebodyIsDue(); });
    if (stopping_) return;
    WakeThoseDue(lock);
    stop_.wait_for(lock, pause_, [this] { return stopping_; });
  }
}

bool FeedHub::SomebodyIsDue() const {
  return std::any_of(waiters_.begin(), waiters_.end(),
                     [this](const auto& waiter) { return waiter.second.size < log_size_; });
}

void FeedHub::WakeThoseDue(std::unique_lock<std::mutex>& lock) {
  std::vector<std::uint64_t> due;
  for (const auto& [id, waiter] : waiters_) {
    if (waiter.size < log_size_) due.push_back(id);
  }
  for (const std::uint64_t id : due) {
    auto found = waiters_.extract(id);
    if (found.empty()) continue;  // cancelled meanwhile
    running_ = id;
    lock.unlock();
    found.mapped().wake();
    found = {};  // what the function holds goes here, outside the lock
    lock.lock();
    running_ = 0;
    finished_.notify_all();
  }
}

void FeedHub::Cancel(std::uint64_t id) noexcept {
  std::map<std::uint64_t, Waiter>::node_type found;  // goes outside the lock
  std::unique_lock lock(mutex_);
  found = waiters_.extract(id);
  if (std::this_thread::get_id() != self_) {
    finished_.wait(lock, [&] { return running_ != id; });
  }
}

}  // namespace idnode::monitor
