#include "serve/grpc/problem_reference.h"

#include "registry/problem.h"
#include "serve/grpc/problem_status.h"

namespace idnode::serve {
namespace {

// Of those that StatusCodeOf() gives. Source: gRPC, doc/statuscodes.md.
const char* NameOf(grpc::StatusCode status) noexcept {
  switch (status) {
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::StatusCode::UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    case grpc::StatusCode::PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case grpc::StatusCode::NOT_FOUND:
      return "NOT_FOUND";
    case grpc::StatusCode::ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case grpc::StatusCode::FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::UNAVAILABLE:
      return "UNAVAILABLE";
    case grpc::StatusCode::UNKNOWN:
      return "UNKNOWN";
    default:
      return "INTERNAL";
  }
}

}  // namespace

std::string ProblemReference() {
  std::string out = "| code | gRPC status | cause | how to mend it |\n|---|---|---|---|\n";
  for (const registry::ProblemTexts& row : registry::AllProblems()) {
    out += std::string("| `") + row.name + "` | " + NameOf(StatusCodeOf(row.category)) + " | " +
           row.english_cause + " | " + row.english_fix + " |\n";
  }
  return out;
}

}  // namespace idnode::serve
