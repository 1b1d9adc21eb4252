// A stream of changes: a row comes in, its result goes out, in the order of the rows. Many rows are
// under way at once, so the committer finds many to commit together; the window bounds how many.
// While it is full nothing is read, and HTTP/2's flow control stops the client.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <mutex>
#include <utility>
#include <variant>

#include "registry/command.h"
#include "serve/grpc/convert.h"
#include "serve/grpc/door.h"
#include "serve/grpc/problem_status.h"
#include "serve/grpc/row_window.h"
#include "serve/grpc/write_deadline.h"

namespace idnode::serve {

// Deletes itself when the call has ended. `Response` has a row and a result: receipt or problem.
template <typename Request, typename Response>
class RowStream final : public grpc::ServerBidiReactor<Request, Response>, public Call {
 public:
  // The change that a row asks for; may take its request apart.
  using ChangeOf = registry::Change (*)(Request&);

  RowStream(Door& door, grpc::CallbackServerContext& context, ledger::Channel channel,
            ChangeOf change_of)
      : door_(door),
        context_(context),
        channel_(channel),
        change_of_(change_of),
        window_(door.options.stream_window) {
    door_.calls.Begin(*this);
    const std::scoped_lock lock(mutex_);
    auto caller = CallerOf(door, context);
    if (const auto* problem = std::get_if<registry::Problem>(&caller)) {
      this->Finish(Refusal(context, *problem));
    } else {
      principal_ = std::get<registry::Principal>(std::move(caller));
      finished_ = false;
      Advance();
    }
  }

  void OnReadDone(bool ok) override {
    if (ok) Submit();
    const std::scoped_lock lock(mutex_);
    reading_ = false;
    if (!ok) ended_ = true;
    Advance();
  }

  void OnWriteDone(bool ok) override {
    const std::scoped_lock lock(mutex_);
    writing_ = false;
    if (ok) {
      window_.Pop();
    } else {
      broken_ = true;
    }
    Advance();
  }

  void OnCancel() override {
    const std::scoped_lock lock(mutex_);
    broken_ = true;
    Advance();
  }

  void OnDone() override {
    { const std::scoped_lock lock(mutex_); }  // whoever finished the call may still be inside
    door_.calls.End(*this);
    delete this;
  }

  void Wake() override {
    const std::scoped_lock lock(mutex_);
    PostTurn();
  }

  void Tick() override {
    const std::scoped_lock lock(mutex_);
    if (writing_ && write_deadline_.HasPassed(door_)) context_.TryCancel();
  }

 private:
  void Submit() {
    std::uint64_t row = 0;
    {
      const std::scoped_lock lock(mutex_);
      // While the row was on its way the call may have been ended: only a row in the window holds
      // that up. Whoever sent this one is told nothing of it, so nothing is done.
      if (finished_ || broken_) return;
      row = window_.Open();
    }
    std::string request_id = std::move(*request_.mutable_request_id());
    door_.services.registry.Submit(
        {.principal = principal_,
         .request_id = std::move(request_id),
         .channel = channel_,
         .change = change_of_(request_)},
        [this, row](const registry::Outcome& outcome) { OnOutcome(row, outcome); });
  }

  // The commit thread, or Submit().
  void OnOutcome(std::uint64_t row, const registry::Outcome& outcome) {
    const std::scoped_lock lock(mutex_);
    window_.Answer(row, outcome);
    // What cannot go on now goes on when the write under way, or the read, is done.
    if (CanWrite() || CanFinish()) PostTurn();
  }

  // REQUIRES, here and below: the mutex is held. No operation of gRPC reacts before it returns.
  void PostTurn() {
    if (turn_posted_ || finished_) return;
    turn_posted_ = true;
    door_.answers.Post([this] {
      const std::scoped_lock lock(mutex_);
      turn_posted_ = false;
      Advance();
    });
  }

  bool CanWrite() const { return !writing_ && !broken_ && window_.front() != nullptr; }

  bool CanRead() const {
    return !reading_ && !ended_ && !broken_ && !door_.calls.stopping() && !window_.full();
  }

  bool CanFinish() const {
    if (writing_ || turn_posted_) return false;
    if (broken_) return window_.unanswered() == 0;  // their outcomes still come here
    return window_.empty() && (ended_ || door_.calls.stopping());
  }

  // Begins whatever can be done now.
  void Advance() {
    if (finished_) return;
    if (CanWrite()) Write();
    if (CanRead()) {
      reading_ = true;
      this->StartRead(&request_);
    }
    if (CanFinish()) {
      finished_ = true;
      this->Finish(LastStatus());
    }
  }

  void Write() {
    response_.set_row(window_.front_row());
    if (const auto* problem = std::get_if<registry::Problem>(window_.front())) {
      ToProto(*problem, LanguageOf(context_), *response_.mutable_problem());
    } else {
      ToProto(std::get<registry::Receipt>(*window_.front()), *response_.mutable_receipt());
    }
    writing_ = true;
    write_deadline_.Begin(door_);
    grpc::WriteOptions options;
    // The next one follows at once, so this one need not be flushed. The first must be: it carries
    // the initial metadata, whose write gRPC waits for and yet does not begin under this hint.
    if (window_.second() != nullptr && window_.front_row() > 0) options.set_buffer_hint();
    this->StartWrite(&response_, options);
  }

  grpc::Status LastStatus() {
    if (broken_) return {grpc::StatusCode::CANCELLED, "cancelled"};  // nobody hears it
    if (!ended_) return Refusal(context_, StoppingProblem());
    return grpc::Status::OK;
  }

  Door& door_;
  grpc::CallbackServerContext& context_;
  const ledger::Channel channel_;
  const ChangeOf change_of_;
  registry::Principal principal_ = registry::Principal::Node();

  Request request_;    // of the read under way
  Response response_;  // of the write under way

  // Under the mutex.
  std::mutex mutex_;
  RowWindow<registry::Outcome> window_;
  bool reading_ = false;
  bool writing_ = false;
  WriteDeadline write_deadline_;
  bool ended_ = false;        // no more rows: the client has said so, or is gone
  bool broken_ = false;       // the client hears no more
  bool turn_posted_ = false;  // Advance() is about to be called on the answer thread
  bool finished_ = true;      // or not let in: no more turns
};

}  // namespace idnode::serve
