#include "serve/grpc/calls.h"

namespace idnode::serve {

// Who ended last may still hold the lock.
Calls::~Calls() { const std::scoped_lock lock(mutex_); }

void Calls::Begin(Call& call) {
  const std::scoped_lock lock(mutex_);
  calls_.insert(&call);
}

void Calls::End(Call& call) {
  const std::scoped_lock lock(mutex_);
  calls_.erase(&call);
  if (calls_.empty()) none_.notify_all();
}

void Calls::Tick() {
  const std::scoped_lock lock(mutex_);
  for (Call* call : calls_) call->Tick();
}

void Calls::Stop(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  stopping_.store(true, std::memory_order_release);
  for (Call* call : calls_) call->Wake();
  none_.wait_for(lock, patience, [this] { return calls_.empty(); });
}

}  // namespace idnode::serve
