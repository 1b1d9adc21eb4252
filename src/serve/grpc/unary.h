// A call with one answer, which may come from any thread, later.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <optional>
#include <utility>
#include <variant>

#include "idnode/v1/common.pb.h"
#include "registry/command.h"
#include "serve/grpc/door.h"

namespace idnode::serve {

// A handle on the call; a value. Finish() or Refuse() ends it: one of them, once.
class Unary {
 public:
  // The call begins.
  Unary(Door& door, grpc::CallbackServerContext& context)
      : door_(&door), context_(&context), reactor_(context.DefaultReactor()) {
    door.calls.Begin();
  }

  Door& door() const noexcept { return *door_; }
  grpc::ServerUnaryReactor* reactor() const noexcept { return reactor_; }
  registry::Language language() const { return LanguageOf(*context_); }

  // The response, as it is now, is sent.
  void Finish() const { End(grpc::Status::OK); }
  void Refuse(const registry::Problem& problem) const { End(Refusal(*context_, problem)); }
  void End(const std::optional<registry::Problem>& problem) const {
    problem.has_value() ? Refuse(*problem) : Finish();
  }

 private:
  void End(const grpc::Status& status) const {
    Calls& calls = door_->calls;
    reactor_->Finish(status);  // what it is made of may be gone now
    calls.End();
  }

  Door* door_;
  grpc::CallbackServerContext* context_;
  grpc::ServerUnaryReactor* reactor_;
};

// Calls `fill` with the caller, at once: it fills the response, or says why not.
template <typename Fill>  // std::optional<Problem>(const Principal&)
grpc::ServerUnaryReactor* AnswerNow(Door& door, grpc::CallbackServerContext& context, Fill fill) {
  const Unary call(door, context);
  const auto caller = CallerOf(door, context);
  if (const auto* problem = std::get_if<registry::Problem>(&caller)) {
    call.Refuse(*problem);
  } else {
    call.End(fill(std::get<registry::Principal>(caller)));
  }
  return call.reactor();
}

// Hands a change to the registry. When it is done, fills `receipt`, which is part of the response,
// and ends the call.
grpc::ServerUnaryReactor* SubmitChange(Door& door, grpc::CallbackServerContext& context,
                                       registry::Change change, const std::string& request_id,
                                       v1::Receipt& receipt);

}  // namespace idnode::serve
