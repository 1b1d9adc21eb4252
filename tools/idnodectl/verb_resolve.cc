#include <nlohmann/json.hpp>

#include "rows.h"
#include "verbs.h"

namespace idnode::ctl {
namespace {

Values ResolveOverGrpc(Session& session, const Resolve& options) {
  v1::ResolveRequest request;
  request.set_identifier(options.identifier);
  request.mutable_indexes()->Add(options.indexes.begin(), options.indexes.end());
  for (const std::string& type : options.types) request.add_types(type);
  return session.client().Call(request).values();
}

}  // namespace

Exit Run(Session& session, const Resolve& options) {
  const Values values = ResolveOverGrpc(session, options);
  if (session.out().json()) {
    session.out().Print(
        {{"identifier", options.identifier}, {"values", ToJson(values)}, {"via", options.via}});
  } else {
    session.out().Text(ValuesText(values, session.language()));
  }
  return Exit::kDone;
}

}  // namespace idnode::ctl
