#include "serve/grpc/door.h"

#include <algorithm>
#include <string_view>

#include "serve/grpc/problem_status.h"

namespace idnode::serve {
namespace {

// The first value of a key; empty if there is none.
std::string_view Metadata(const grpc::CallbackServerContext& context, const char* key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(key);
  if (found == metadata.end()) return {};
  return {found->second.data(), found->second.size()};
}

// "Bearer SECRET", whatever the case of the first word (RFC 9110, section 11.1); otherwise empty.
std::string_view SecretOf(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const auto is_same = [](char given, char lower) { return (given | 0x20) == (lower | 0x20); };
  if (authorization.size() < kScheme.size() ||
      !std::equal(kScheme.begin(), kScheme.end(), authorization.begin(), is_same)) {
    return {};
  }
  authorization.remove_prefix(kScheme.size());
  return authorization;
}

}  // namespace

std::optional<registry::Problem> CheckRoom(const Door& door) {
  if (door.calls.stopping()) return StoppingProblem();
  if (door.unsent.is_full()) return registry::Problem{.code = registry::Code::kReadBusy};
  return std::nullopt;
}

Language LanguageOf(const grpc::CallbackServerContext& context) {
  return registry::LanguageOf(Metadata(context, "accept-language"));
}

std::variant<registry::Principal, registry::Problem> CallerOf(
    const Door& door, const grpc::CallbackServerContext& context) {
  if (door.calls.stopping()) return StoppingProblem();
  return door.services.registry.Authenticate(SecretOf(Metadata(context, "authorization")));
}

grpc::Status Refusal(grpc::CallbackServerContext& context, const registry::Problem& problem) {
  const Language language = LanguageOf(context);
  v1::Problem detail;
  ToProto(problem, language, detail);
  context.AddTrailingMetadata(kProblemKey, detail.SerializeAsString());
  return StatusOf(problem, language);
}

}  // namespace idnode::serve
