#include "serve/grpc/unary.h"

#include "serve/grpc/convert.h"

namespace idnode::serve {

using registry::Principal;
using registry::Problem;

grpc::ServerUnaryReactor* SubmitChange(Door& door, grpc::CallbackServerContext& context,
                                       registry::Change change, const std::string& request_id,
                                       v1::Receipt& receipt) {
  auto* const call = new Unary(door, context, receipt);
  auto caller = CallerOf(door, context);
  if (const auto* problem = std::get_if<Problem>(&caller)) {
    call->Refuse(*problem);
    return call;
  }
  door.services.registry.Submit(
      {.principal = std::get<Principal>(std::move(caller)),
       .request_id = request_id,
       .channel = ledger::Channel::kGrpc,
       .change = std::move(change)},
      [call, &receipt](const registry::Outcome& outcome) {
        AnswerThread& answers = call->door().answers;
        if (const auto* problem = std::get_if<Problem>(&outcome)) {
          answers.Post([call, refusal = *problem] { call->Refuse(refusal); });
        } else {
          ToProto(std::get<registry::Receipt>(outcome), receipt);
          answers.Post([call] { call->Succeed(); });
        }
      });
  return call;
}

}  // namespace idnode::serve
