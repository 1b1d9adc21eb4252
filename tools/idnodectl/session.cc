#include "session.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace idnode::ctl {
namespace {

// A token sent in the clear can be read on the way; on the machine itself there is no way.
bool IsLocal(std::string_view server) {
  constexpr std::array<std::string_view, 4> kLocal = {"127.", "localhost:", "[::1]:", "unix:"};
  return std::ranges::any_of(kLocal, [&](auto begin) { return server.starts_with(begin); });
}

}  // namespace

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
    if (!globals_.tls && globals_.ca_file.empty() && !IsLocal(globals_.server)) {
      Warn(Say(globals_.language, text::kTokenInClear, globals_.server));
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
