// One question over the handle protocol, as any resolver asks it: anonymous, public values only.
//
//   UDP   the datagrams of the question are sent up to three times, with 0.5, 1 and 1.5 s to wait;
//         the pieces of the answer may come in any order
//   TCP   one connection, one message there, one back
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "rows.h"

namespace idnode::ctl {

struct HandleQuestion {
  std::string server;  // HOST:PORT, [HOST]:PORT; HOST may be a name
  bool tcp = false;
  std::string identifier;
  std::vector<std::uint32_t> indexes;
  std::vector<std::string> types;
  std::chrono::milliseconds timeout{10'000};  // of the whole exchange over TCP
};

// The values of the answer. Throws Failure: nothing there, not found, no answer in time.
Values AskHandle(const HandleQuestion& question, Language language);

}  // namespace idnode::ctl
