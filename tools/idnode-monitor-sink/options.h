// The command line.
#pragma once

#include <string>

#include "node_channel.h"

namespace idnode::sink {

// Exit codes, the same as those of idnodectl.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitDenied = 5;
inline constexpr int kExitUnavailable = 6;

struct Options : tools::NodeOptions {
  std::string database;  // for libpq: "key=value ..." or a URI
  std::string schema = "idnode";
  bool once = false;     // end when caught up
  bool migrate = false;  // only make the tables
  bool reset = false;    // empty the tables first
  bool verbose = false;
};

// Reads the command line. False: the process ends with `exit_code`, and what is to be said was
// said.
bool ParseOptions(int argc, char** argv, Options& options, int& exit_code);

}  // namespace idnode::sink
