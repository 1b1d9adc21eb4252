// How a command of idnodectl ends, and why.
//
// A verb is a straight line: what goes wrong anywhere below it is thrown as a Failure and caught
// once, in main(), which prints it and exits. (The server's rooms use Result; this program does one
// thing and ends, and no other folder includes its headers.)
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace idnode::ctl {

// The process's exit code. Scripts rely on the numbers.
enum class Exit {
  kDone = 0,
  kFailed = 1,       // refused by the node, a disagreement found, a local file not readable
  kUsage = 2,        // the command line is wrong; nothing was sent
  kPartly = 3,       // some rows of many were refused or not sent
  kNotFound = 4,     // no such identifier, value or token
  kDenied = 5,       // no token, a wrong one, or one that may not do this
  kUnavailable = 6,  // the node does not answer, or not now; the same command may succeed later
};

// The code of a change that may have been made all the same: a repeat of its request id will tell.
inline constexpr std::string_view kOutcomeUnknown = "outcome_unknown";

// What idnode.v1.Problem says, together with the exit code that follows from it.
struct Failure {
  Exit exit = Exit::kFailed;
  std::string code;   // for programs: "identifier_not_found"
  std::string field;  // the part of the request or command line at fault; may be empty
  std::string cause;  // for people, in the language asked for
  std::string fix;
  std::map<std::string, std::string> parameters = {};
};

// The command line says something that cannot be: `field` names the option.
inline Failure UsageFailure(std::string field, std::string cause, std::string fix) {
  return {Exit::kUsage, "usage", std::move(field), std::move(cause), std::move(fix)};
}

}  // namespace idnode::ctl
