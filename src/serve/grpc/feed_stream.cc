#include "serve/grpc/feed_stream.h"

#include <cstdlib>
#include <utility>
#include <variant>

#include "serve/grpc/problem_status.h"

namespace idnode::serve {
FeedStream::FeedStream(Door& door, grpc::CallbackServerContext& context, std::string cursor)
    : door_(door), context_(context), cursor_(std::move(cursor)) {
  door_.calls.Begin(*this);
  const std::optional<registry::Problem> refusal = Admit();
  {
    const std::scoped_lock lock(mutex_);
    serving_ = !refusal.has_value();
    if (refusal.has_value()) this->Finish(Refusal(context_, *refusal));
  }
  PostTurn();
}

// Takes a place among the watchers, unless the caller is a stranger: they have none to take.
std::optional<registry::Problem> FeedStream::Admit() {
  const auto caller = CallerOf(door_, context_);
  if (const auto* stranger = std::get_if<registry::Problem>(&caller)) return *stranger;
  admitted_ = door_.watchers.fetch_add(1) < door_.options.watchers;
  if (admitted_) return std::nullopt;
  door_.watchers.fetch_sub(1);
  return registry::Problem{.code = registry::Code::kWatchersFull,
                           .parameters = {{"limit", std::to_string(door_.options.watchers)}}};
}

void FeedStream::OnWriteDone(bool ok) {
  {
    const std::scoped_lock lock(mutex_);
    writing_ = false;
    broken_ = broken_ || !ok;
  }
  PostTurn();
}

void FeedStream::OnCancel() {
  {
    const std::scoped_lock lock(mutex_);
    broken_ = true;
  }
  PostTurn();
}

void FeedStream::OnDone() {
  { const std::scoped_lock lock(mutex_); }  // whoever finished the call may still be inside
  if (admitted_) door_.watchers.fetch_sub(1);
  door_.calls.End(*this);
  delete this;
}

void FeedStream::PostTurn() {
  const std::scoped_lock lock(mutex_);
  if (turn_posted_ || !serving_) return;
  turn_posted_ = true;
  // A stream has one turn posted at most, and the queue has room for every stream that is let in.
  if (!door_.feeder.Post([this] { Turn(); })) std::abort();
}

void FeedStream::Turn() {
  {
    const std::scoped_lock lock(mutex_);
    turn_posted_ = false;
    if (writing_ && write_deadline_.HasPassed(door_)) context_.TryCancel();
    if (writing_ && !broken_) return;  // OnWriteDone() comes
  }
  if (!problem_.has_value()) Serve();
  if (!Finishing()) return;
  waiting_ = {};  // not under the mutex: its function may be waiting for that
  const std::scoped_lock lock(mutex_);
  if (turn_posted_ || writing_) return;  // a turn or a write is to come; that one finishes
  serving_ = false;
  this->Finish(broken_ ? grpc::Status(grpc::StatusCode::CANCELLED, "cancelled")
                       : Refusal(context_, *problem_));
}

// Whether the call is to end: nobody listens, or there is a problem.
bool FeedStream::Finishing() {
  const std::scoped_lock lock(mutex_);
  if (broken_) return true;
  if (writing_) return false;
  if (door_.calls.stopping()) problem_ = StoppingProblem();
  return problem_.has_value();
}

// Sends the next message, or waits for one.
void FeedStream::Serve() {
  {
    const std::scoped_lock lock(mutex_);
    if (writing_ || broken_ || door_.calls.stopping()) return;
  }
  // Each time anew: the token may have ended.
  auto caller = CallerOf(door_, context_);
  if (auto* refusal = std::get_if<registry::Problem>(&caller)) {
    problem_ = std::move(*refusal);
    return;
  }
  if (feed_ == nullptr) {
    auto opened = monitor::Feed::Open(
        door_.services.store, std::get<registry::Principal>(std::move(caller)), cursor_, {});
    if (auto* refusal = std::get_if<registry::Problem>(&opened)) {
      problem_ = std::move(*refusal);
      return;
    }
    feed_ = std::get<std::unique_ptr<monitor::Feed>>(std::move(opened));
  }
  auto next = feed_->Next();
  if (auto* refusal = std::get_if<registry::Problem>(&next)) {
    problem_ = std::move(*refusal);
    return;
  }
  auto& message = std::get<std::optional<v1::WatchResponse>>(next);
  if (!message.has_value()) {
    waiting_ = door_.services.hub.WakeBeyond(feed_->seq(), [this] { PostTurn(); });
    return;
  }
  response_ = *std::move(message);
  const std::scoped_lock lock(mutex_);
  writing_ = true;
  write_deadline_.Begin(door_);
  this->StartWrite(&response_);
}

}  // namespace idnode::serve
