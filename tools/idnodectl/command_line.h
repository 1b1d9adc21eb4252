// The command line: which verbs and options there are, and the help.
#pragma once

#include <functional>
#include <optional>

#include "session.h"
#include "typed.h"

namespace idnode::ctl {

struct CommandLine {
  Globals globals;
  std::function<Exit(Session&)> verb;  // what to do; empty when `ended` is set
  std::optional<Exit> ended;           // nothing is to be done: help was shown, or a mistake told
  TypedNames typed;
};

// Prints help to stdout, mistakes to stderr (as JSON, if that was asked for).
CommandLine ParseCommandLine(int argc, const char* const* argv);

}  // namespace idnode::ctl
