#include "session.h"

namespace idnode::ctl {

bool Session::OutcomeUnknown(const Failure& failure) {
  return failure.code == "unavailable" || failure.code == "timeout" ||
         failure.code == "cancelled" || failure.code == kOutcomeUnknown;
}

void Session::TellRequestId(Failure& failure, std::string_view request_id) const {
  const std::string hex = Hex(request_id);
  failure.parameters["request_id"] = hex;
  if (!failure.fix.empty()) failure.fix += ' ';
  failure.fix += Say(globals_.language, text::kAskAgain, hex);
}

}  // namespace idnode::ctl
