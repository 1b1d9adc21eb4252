#include <nlohmann/json.hpp>

#include "handle_client.h"
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

Values ResolveOverHandle(Session& session, const Resolve& options) {
  constexpr std::string_view kPort = ":2641";
  HandleQuestion question;
  question.server = options.handle;
  if (question.server.empty()) {
    const std::string& server = session.globals().server;
    question.server = server.substr(0, server.rfind(':')).append(kPort);
  }
  question.tcp = options.via == "tcp";
  question.identifier = options.identifier;
  question.indexes = options.indexes;
  question.types = options.types;
  question.timeout = session.globals().timeout;
  return AskHandle(question, session.language());
}

}  // namespace

Exit Run(Session& session, const Resolve& options) {
  const Values values = options.via == "grpc" ? ResolveOverGrpc(session, options)
                                              : ResolveOverHandle(session, options);
  if (session.out().json()) {
    session.out().Print(
        {{"identifier", options.identifier}, {"values", ToJson(values)}, {"via", options.via}});
  } else {
    session.out().Text(ValuesText(values, session.language()));
  }
  return Exit::kDone;
}

}  // namespace idnode::ctl
