#include "registry/registry.h"

#include <new>

#include "registry/prepare.h"

namespace idnode::registry {

std::variant<Principal, Problem> Registry::Authenticate(std::string_view secret) const {
  if (secret.empty()) return Problem{.code = Code::kTokenMissing};
  const std::string hash = SecretHash(secret);
  const Result<std::shared_ptr<const Control>> current = control_.Current();
  if (!current.ok()) return FromStore(current.error());
  const std::shared_ptr<const Control>& control = current.value();
  const auto found = control->tokens.find(TokenId(hash));
  // The hash is no secret that its comparison could give away: whoever knows it knows no secret.
  if (found == control->tokens.end() || found->second.object->secret_sha256() != hash) {
    return Problem{.code = Code::kTokenUnknown};
  }
  if (auto problem = CheckValid(*found->second.object, clock_.WallMs())) {
    return *std::move(problem);
  }
  return Principal::Bearer(found->second.object);
}

void Registry::Submit(Command command, const Callback& done) {
  Prepared prepared;
  try {
    prepared = Prepare(std::move(command), options_, control_, done);
  } catch (const std::bad_alloc&) {
    prepared = Problem{.code = Code::kBusy};
  }
  if (const auto* problem = std::get_if<Problem>(&prepared)) return done(*problem);
  committer_.Submit(std::get<std::unique_ptr<ledger::Request>>(std::move(prepared)));
}

}  // namespace idnode::registry
