// idnodectl: the node's command line, over gRPC and the handle protocol.
//
//   main          parse, run the verb, print why it failed, exit
//   command_line  verbs, options, help (CLI11)
//   verb_*        what the verbs do
//   session       what a verb is given: global options, output, the node
//   client        the node's API (gRPC)
//   output, rows  tables and JSON; records as text
//   texts         everything that is said, in Chinese and English
#include <clocale>
#include <cstdlib>
#include <exception>

#include "command_line.h"

namespace idnode::ctl {
namespace {

Exit Run(const CommandLine& line) {
  Session session(line.globals);
  try {
    const Exit exit = line.verb(session);
    session.out().Flush();
    return exit;
  } catch (Failure& failure) {
    failure.field = line.typed.Of(failure.field);
    session.out().Fail(failure);
    return failure.exit;
  } catch (const std::exception& error) {
    session.out().Fail({Exit::kFailed, "internal", "",
                        Say(session.language(), text::kInternal, error.what()), ""});
    return Exit::kFailed;
  }
}

}  // namespace
}  // namespace idnode::ctl

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "C.UTF-8");  // NOLINT(concurrency-mt-unsafe): no other thread yet
  setenv("GRPC_VERBOSITY", "NONE", 0);  // NOLINT(concurrency-mt-unsafe): its failures are ours
  const idnode::ctl::CommandLine line = idnode::ctl::ParseCommandLine(argc, argv);
  return static_cast<int>(line.ended ? *line.ended : idnode::ctl::Run(line));
}
