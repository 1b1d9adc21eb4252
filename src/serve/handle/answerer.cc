#include "serve/handle/answerer.h"

namespace idnode::serve {
namespace {

using handle::OpCode;
using handle::ResponseCode;
using resolve::Outcome;

constexpr std::uint8_t kMaxRecursion = 10;  // as HANDLE.NET

// Of indexes and types in a question: each is held against each value of the record. Ours; more do
// not fit into a datagram by far.
constexpr std::size_t kMaxConditions = 1'024;

struct Refusal {
  ResponseCode code;
  std::string_view text;
};

// Texts that HANDLE.NET sends are kept where clients are known to show them.
Refusal RefusalOf(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::kNotFound:
      return {ResponseCode::kHandleNotFound, ""};
    case Outcome::kNoValues:
      return {ResponseCode::kValuesNotFound, ""};
    case Outcome::kNotHere:
      return {ResponseCode::kServerNotResponsible, "That prefix doesn't live here"};
    case Outcome::kAuthentication:
      return {ResponseCode::kOperationNotSupported,
              "This server cannot authenticate clients; ask for public values only"};
    case Outcome::kNobody:
      return {ResponseCode::kInsufficientPermissions, ""};
    case Outcome::kValues:
    case Outcome::kUnavailable:
    case Outcome::kCorrupt:
      break;
  }
  return {ResponseCode::kError, "Internal Error"};
}

SoloCounter& CounterOf(HandleCounters& counters, Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::kValues:
      return counters.resolved;
    case Outcome::kNotFound:
      return counters.not_found;
    case Outcome::kNoValues:
      return counters.no_values;
    case Outcome::kNotHere:
      return counters.not_here;
    case Outcome::kAuthentication:
    case Outcome::kNobody:
      return counters.restricted;
    case Outcome::kUnavailable:
    case Outcome::kCorrupt:
      break;
  }
  return counters.failed;
}

}  // namespace

void Answerer::Ask(std::span<const handle::Message> requests) noexcept {
  responder_ = responder();
  asked_ = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) plans_[i] = PlanFor(requests[i]);
  resolver_.Resolve(std::span(questions_).first(asked_), std::span(answers_).first(asked_));
}

Answerer::Plan Answerer::PlanFor(const handle::Message& request) noexcept {
  if (request.envelope.session_id != 0) {
    return {.code = ResponseCode::kSessionTimeout, .text = "No such session"};
  }
  if (request.header.recursion_count > kMaxRecursion) {
    return {.code = ResponseCode::kRecursionCountTooHigh};
  }
  const OpCode op_code = request.header.op_code;
  if (op_code == OpCode::kGetSiteInfo) return {.is_site_info = true};
  if (op_code == OpCode{0}) return {.code = ResponseCode::kProtocolError, .text = "No operation"};
  if (op_code != OpCode::kResolution) {
    if (!handle::IsKnown(op_code)) {
      return {.code = ResponseCode::kError, .text = "Unknown operation"};
    }
    return {.code = ResponseCode::kOperationNotSupported,
            .text = "This server does not serve that operation"};
  }
  const Result<handle::ResolutionRequest> question = handle::DecodeResolutionRequest(request.body);
  if (!question.ok()) {
    return {.code = ResponseCode::kProtocolError, .text = "The body is no resolution request"};
  }
  if (question.value().indexes.size() + question.value().types.size() > kMaxConditions) {
    return {.code = ResponseCode::kProtocolError,
            .text = "More than 1024 indexes and types in one request"};
  }
  questions_[asked_] = {.request = question.value(),
                        .public_only = request.header.Has(handle::Header::kPublicOnly)};
  return {.is_question = true, .question = asked_++};
}

handle::Answer Answerer::Make(const handle::Message& request, const Plan& plan) noexcept {
  if (plan.is_site_info) {
    counters_.site_info.Add(1);
    return handle::Answer::ToGetSiteInfo(request, responder_, site_.encoded);
  }
  if (!plan.is_question) {
    counters_.unsupported.Add(1);
    return handle::Answer::Error(request, responder_, plan.code, plan.text);
  }
  const resolve::Answer& answer = answers_[plan.question];
  CounterOf(counters_, answer.outcome).Add(1);
  if (answer.outcome == Outcome::kValues) {
    return handle::Answer::ToResolution(
        request, responder_, questions_[plan.question].request.identifier, answer.values);
  }
  const Refusal refusal = RefusalOf(answer.outcome);
  return handle::Answer::Error(request, responder_, refusal.code, refusal.text);
}

}  // namespace idnode::serve
