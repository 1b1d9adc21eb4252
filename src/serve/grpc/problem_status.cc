#include "serve/grpc/problem_status.h"

namespace idnode::serve {

using registry::Category;
using registry::Problem;

grpc::StatusCode StatusCodeOf(Category category) noexcept {
  switch (category) {
    case Category::kInvalid:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case Category::kUnauthenticated:
      return grpc::StatusCode::UNAUTHENTICATED;
    case Category::kDenied:
      return grpc::StatusCode::PERMISSION_DENIED;
    case Category::kNotFound:
      return grpc::StatusCode::NOT_FOUND;
    case Category::kExists:
      return grpc::StatusCode::ALREADY_EXISTS;
    case Category::kConflict:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case Category::kBusy:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case Category::kUnavailable:
      return grpc::StatusCode::UNAVAILABLE;
    case Category::kUnknown:
      return grpc::StatusCode::UNKNOWN;
    case Category::kInternal:
      return grpc::StatusCode::INTERNAL;
  }
  return grpc::StatusCode::INTERNAL;
}

grpc::Status StatusOf(const Problem& problem, Language language) {
  return {StatusCodeOf(problem.category()), problem.Cause(language) + " " + problem.Fix(language)};
}

void ToProto(const Problem& problem, Language language, v1::Problem& out) {
  out.set_code(std::string(problem.name()));
  out.set_field(problem.field);
  out.set_cause(problem.Cause(language));
  out.set_fix(problem.Fix(language));
  for (const registry::Parameter& parameter : problem.parameters) {
    (*out.mutable_parameters())[parameter.name] = parameter.text;
  }
}

Problem StoppingProblem() {
  return {.code = registry::Code::kUnavailable,
          .parameters = {registry::ReasonParameter(
              registry::ReasonOf({Errc::kUnavailable, 0, "the node is stopping"}))}};
}

}  // namespace idnode::serve
