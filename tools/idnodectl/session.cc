#include "session.h"

#include "base/endpoint.h"

namespace idnode::ctl {

Client& Session::client() {
  if (client_) return *client_;
  Client::Options options;
  options.server = globals_.server;
  options.tls = globals_.tls;
  options.ca_file = globals_.ca_file;
  options.language = globals_.language;
  options.timeout = globals_.timeout;
  if (!globals_.token_file.empty()) {
    options.token = ReadToken(globals_.token_file, globals_.language);
    const bool encrypted = globals_.tls || !globals_.ca_file.empty();
    if (!encrypted && !globals_.insecure && !IsOnThisMachine(globals_.server)) {
      throw UsageFailure("--token-file",
                         Say(globals_.language, text::kTokenInClear, globals_.server),
                         Say(globals_.language, text::kTokenInClearFix));
    }
  }
  return client_.emplace(options);
}

bool Session::OutcomeUnknown(const Failure& failure) {
  return failure.code == "unavailable" || failure.code == "timeout" ||
         failure.code == kOutcomeUnknown;
}

void Session::TellRequestId(Failure& failure, std::string_view request_id) const {
  const std::string hex = Hex(request_id);
  failure.parameters["request_id"] = hex;
  if (!failure.fix.empty()) failure.fix += ' ';
  failure.fix += Say(globals_.language, text::kAskAgain, hex);
}

}  // namespace idnode::ctl
