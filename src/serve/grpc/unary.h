// A call with one answer, which may come from any thread, later.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "idnode/v1/common.pb.h"
#include "registry/command.h"
#include "serve/grpc/door.h"
#include "serve/grpc/problem_status.h"
#include "serve/grpc/write_deadline.h"

namespace idnode::serve {

// One of Succeed(), Refuse() and End() ends the call, once, from any thread; then it deletes
// itself.
class Unary final : public grpc::ServerUnaryReactor, public Call {
 public:
  // `response` is the call's, or the part of it that may be large.
  Unary(Door& door, grpc::CallbackServerContext& context, const google::protobuf::Message& response)
      : door_(door), context_(context), response_(response) {
    door.calls.Begin(*this);
  }

  Door& door() const noexcept { return door_; }
  Language language() const { return LanguageOf(context_); }

  // The response, as it is now, is sent.
  void Succeed() {
    octets_ = response_.ByteSizeLong();
    door_.unsent.Add(octets_);
    Send(grpc::Status::OK);
  }
  void Refuse(const registry::Problem& problem) { Send(Refusal(context_, problem)); }
  void End(const std::optional<registry::Problem>& problem) {
    problem.has_value() ? Refuse(*problem) : Succeed();
  }

  // Whether a call that has waited need not be begun any more: the node is stopping, or the client
  // is gone. Then the call has been ended.
  bool EndIfTooLate() {
    if (!door_.calls.stopping() && !context_.IsCancelled()) return false;
    Refuse(StoppingProblem());
    return true;
  }

  void Tick() override {
    const std::scoped_lock lock(mutex_);
    if (deadline_.HasPassed(door_)) context_.TryCancel();
  }

  void OnDone() override {
    { const std::scoped_lock lock(mutex_); }  // whoever ended the call may still be inside
    door_.unsent.Remove(octets_);
    door_.calls.End(*this);
    delete this;
  }

 private:
  void Send(const grpc::Status& status) {
    const std::scoped_lock lock(mutex_);
    deadline_.Begin(door_);
    Finish(status);
  }

  Door& door_;
  grpc::CallbackServerContext& context_;
  const google::protobuf::Message& response_;
  std::size_t octets_ = 0;  // that the client has to take

  // Under the mutex.
  std::mutex mutex_;
  WriteDeadline deadline_;
};

// Calls `fill` with the caller, at once: it fills the response, or says why not.
template <typename Fill>  // std::optional<Problem>(const Principal&)
grpc::ServerUnaryReactor* AnswerNow(Door& door, grpc::CallbackServerContext& context,
                                    const google::protobuf::Message& response, Fill fill) {
  auto* const call = new Unary(door, context, response);
  const auto caller = CallerOf(door, context);
  if (const auto* problem = std::get_if<registry::Problem>(&caller)) {
    call->Refuse(*problem);
  } else {
    call->End(fill(std::get<registry::Principal>(caller)));
  }
  return call;
}

// The same on one of the door's readers, for what may take long: `fill` outlives this call, so it
// captures nothing that does not.
template <typename Fill>  // std::optional<Problem>(const Principal&)
grpc::ServerUnaryReactor* AnswerLater(Door& door, grpc::CallbackServerContext& context,
                                      const google::protobuf::Message& response, Fill fill) {
  auto* const call = new Unary(door, context, response);
  auto caller = CallerOf(door, context);
  if (const auto* problem = std::get_if<registry::Problem>(&caller)) {
    call->Refuse(*problem);
    return call;
  }
  if (const auto no_room = CheckRoom(door)) {
    call->Refuse(*no_room);
    return call;
  }
  const auto task = [call, fill, who = std::get<registry::Principal>(std::move(caller))] {
    if (!call->EndIfTooLate()) call->End(fill(who));
  };
  if (!door.readers.Post(task)) call->Refuse({.code = registry::Code::kReadBusy});
  return call;
}

// Hands a change to the registry. When it is done, fills `receipt`, which is part of the response,
// and ends the call.
grpc::ServerUnaryReactor* SubmitChange(Door& door, grpc::CallbackServerContext& context,
                                       registry::Change change, const std::string& request_id,
                                       v1::Receipt& receipt);

}  // namespace idnode::serve
