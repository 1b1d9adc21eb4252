// A long task that answers in a stream of messages: progress, pages, a result. It runs on one of
// the door's workers and waits there for the client to take what it sends.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "serve/grpc/door.h"
#include "serve/grpc/problem_status.h"

namespace idnode::serve {

// Deletes itself when the call has ended.
template <typename Response>
class TaskStream final : public grpc::ServerWriteReactor<Response>, public Call {
 public:
  // Sends with Send(), looks at cancelled() now and then, and returns what went wrong. A worker.
  using Task = std::function<std::optional<registry::Problem>(TaskStream&)>;

  // The caller needs `scope` for all prefixes.
  TaskStream(Door& door, grpc::CallbackServerContext& context, registry::Scope scope, Task task)
      : door_(door), context_(context), task_(std::move(task)) {
    door_.calls.Begin(*this);
    const std::scoped_lock lock(mutex_);
    if (auto problem = Admit(scope)) {
      this->Finish(Refusal(context_, *problem));
    } else if (!door_.workers.Post([this] { Run(); })) {
      this->Finish(Refusal(context_, {.code = registry::Code::kReadBusy}));
    }
  }

  // Waits until the message before has left, then sends this one. False: nobody listens any more.
  bool Send(const Response& response) {
    std::unique_lock lock(mutex_);
    if (!AwaitWritten(lock)) return false;
    response_ = response;
    writing_ = true;
    this->StartWrite(&response_);
    return true;
  }

  Language language() const { return LanguageOf(context_); }

  // The client is gone, or the node is stopping.
  bool cancelled() const {
    const std::scoped_lock lock(mutex_);
    return broken_ || door_.calls.stopping();
  }

  void OnWriteDone(bool ok) override {
    const std::scoped_lock lock(mutex_);
    writing_ = false;
    broken_ = broken_ || !ok;
    changed_.notify_all();
  }

  void OnCancel() override {
    const std::scoped_lock lock(mutex_);
    broken_ = true;
    changed_.notify_all();
  }

  void OnDone() override {
    { const std::scoped_lock lock(mutex_); }  // whoever finished the call may still be inside
    door_.calls.End(*this);
    delete this;
  }

  void Wake() override {
    const std::scoped_lock lock(mutex_);
    changed_.notify_all();
  }

 private:
  std::optional<registry::Problem> Admit(registry::Scope scope) const {
    const auto caller = CallerOf(door_, context_);
    if (const auto* problem = std::get_if<registry::Problem>(&caller)) return *problem;
    return std::get<registry::Principal>(caller).Require(scope, {});
  }

  bool AwaitWritten(std::unique_lock<std::mutex>& lock) {
    const auto ready = [this] { return !writing_ || broken_ || door_.calls.stopping(); };
    // A client that takes nothing for so long holds a worker no longer.
    if (!changed_.wait_for(lock, door_.options.write_patience, ready)) broken_ = true;
    return !writing_ && !broken_ && !door_.calls.stopping();
  }

  void Run() {
    std::optional<registry::Problem> problem = task_(*this);
    std::unique_lock lock(mutex_);
    (void)AwaitWritten(lock);
    // The write under way when the node stops: one that goes through ends the call in words.
    changed_.wait_for(lock, door_.options.last_write, [this] { return !writing_ || broken_; });
    if (writing_ || broken_) {
      // What is under way cannot be taken back but by ending the call.
      context_.TryCancel();
      changed_.wait(lock, [this] { return !writing_; });
      this->Finish({grpc::StatusCode::CANCELLED, "cancelled"});
      return;
    }
    if (door_.calls.stopping()) problem = StoppingProblem();
    this->Finish(problem.has_value() ? Refusal(context_, *problem) : grpc::Status::OK);
  }

  Door& door_;
  grpc::CallbackServerContext& context_;
  const Task task_;
  Response response_;  // of the write under way

  // Under the mutex.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool writing_ = false;
  bool broken_ = false;  // the client hears no more
};

}  // namespace idnode::serve
