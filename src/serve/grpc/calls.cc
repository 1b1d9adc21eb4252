#include "serve/grpc/calls.h"

namespace idnode::serve {

// Who ended last may still hold the lock.
Calls::~Calls() { const std::scoped_lock lock(mutex_); }

void Calls::Begin() {
  const std::scoped_lock lock(mutex_);
  ++unary_;
}

void Calls::End() {
  const std::scoped_lock lock(mutex_);
  --unary_;
  NotifyIfNone();
}

void Calls::Begin(Stream& stream) {
  const std::scoped_lock lock(mutex_);
  streams_.insert(&stream);
}

void Calls::End(Stream& stream) {
  const std::scoped_lock lock(mutex_);
  streams_.erase(&stream);
  NotifyIfNone();
}

void Calls::Tick() {
  const std::scoped_lock lock(mutex_);
  for (Stream* stream : streams_) stream->Tick();
}

void Calls::NotifyIfNone() {
  if (unary_ == 0 && streams_.empty()) none_.notify_all();
}

void Calls::Stop(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  stopping_.store(true, std::memory_order_release);
  for (Stream* stream : streams_) stream->Wake();
  none_.wait_for(lock, patience, [this] { return unary_ == 0 && streams_.empty(); });
}

}  // namespace idnode::serve
