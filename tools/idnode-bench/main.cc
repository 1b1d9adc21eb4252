// idnode-bench: load, and the limit that it is held against, in the same run.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "commands.h"
#include "node_options.h"
#include "server_text.h"
#include "usage_words.h"

namespace {

using namespace std::chrono_literals;

constexpr const char* kFooter = R"(
Every figure stands beside a limit that was measured in the same run; on a shared machine only their
ratio means something. tests/bench/README.md has the numbers of record and the commands.

Exit codes: 0 done, 1 failed, 2 usage.)";

void AddServer(CLI::App& command, idnode::tools::NodeOptions& node, std::string& prefix) {
  const auto is_server = [](std::string& text) {
    return idnode::tools::IsHostAndPort(text) ? std::string() : "\"" + text + "\" is no HOST:PORT";
  };
  command.add_option("--server", node.server, "gRPC address of the node, HOST:PORT")
      ->check(CLI::Validator(is_server, ""))
      ->required();
  command.add_option("--token-file", node.token_file, "File with a token of scope register")
      ->required();
  idnode::tools::AddEncryption(command, node);
  command.add_option("--prefix", prefix, "Prefix to register below; it must exist")->required();
}

CLI::App& AddResolve(CLI::App& app, idnode::bench::ResolveOptions& resolve, double& seconds) {
  CLI::App& resolves = *app.add_subcommand("resolve",
                                           "UDP resolution on one core against a bare "
                                           "recvmmsg/sendmmsg echo");
  resolves.add_option("--handle", resolve.handle, "HOST:PORT of the node")->required();
  resolves.add_option("--id", resolve.identifiers, "Identifier to resolve; may be repeated");
  resolves.add_option("--file", resolve.identifier_file, "File of identifiers, one a line");
  resolves.add_option("--pid", resolve.pid, "Process of the node, to be bound to --server-cpu");
  resolves.add_option("--server-cpu", resolve.server_cpu)->capture_default_str();
  resolves.add_option("--client-cpu", resolve.client_cpu)->capture_default_str();
  resolves.add_option("--window", resolve.window, "Questions under way")->capture_default_str();
  resolves.add_option("--rounds", resolve.rounds)->capture_default_str();
  resolves.add_option("--seconds", seconds, "Of each measurement");
  return resolves;
}

CLI::App& AddRegister(CLI::App& app, idnode::bench::RegisterOptions& registering, double& seconds) {
  CLI::App& registers = *app.add_subcommand("register",
                                            "Synced registration over gRPC against "
                                            "RocksDB's own synced puts");
  AddServer(registers, registering, registering.prefix);
  registers.add_option("--callers", registering.callers)->capture_default_str()->delimiter(',');
  registers.add_option("--value-octets", registering.value_octets)->capture_default_str();
  registers.add_flag("--stream", registering.stream, "RegisterStream as well");
  registers.add_option("--rounds", registering.rounds)->capture_default_str();
  registers.add_option("--seconds", seconds, "Of each measurement");
  registers
      .add_option("--limit-dir", registering.limit_directory,
                  "For RocksDB's puts; on the same disk as the node's data")
      ->required();
  return registers;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures an idnode node against the limits of its machine.", "idnode-bench");
  app.set_version_flag("--version", IDNODE_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  double seconds = 0;

  idnode::bench::ResolveOptions resolve;
  CLI::App& resolves = AddResolve(app, resolve, seconds);
  idnode::bench::RegisterOptions registering;
  CLI::App& registers = AddRegister(app, registering, seconds);
  idnode::bench::FillOptions fill;
  CLI::App& fills = *app.add_subcommand("fill", "Register PREFIX/id-0, id-1, ... in a stream");
  AddServer(fills, fill, fill.prefix);
  fills.add_option("--count", fill.count)->capture_default_str();
  fills.add_option("--value-octets", fill.value_octets)->capture_default_str();

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::cerr << "idnode-bench: "
              << idnode::tools::UsageWords(app, error, idnode::Language::kEnglish)
              << "\n  See: idnode-bench --help\n";
    return 2;
  }
  if (const auto fault = idnode::tools::TokenInClear(
          fills.parsed() ? static_cast<const idnode::tools::NodeOptions&>(fill) : registering)) {
    std::cerr << "idnode-bench: " << fault->cause.english << "\n  " << fault->fix.english << "\n";
    return 2;
  }
  if (seconds > 0) {
    resolve.time = registering.time =
        std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1'000));
  }
  try {
    if (resolves.parsed()) return RunResolve(resolve);
    if (registers.parsed()) return RunRegister(registering);
    return RunFill(fill);
  } catch (const std::exception& error) {
    std::cerr << "idnode-bench: " << error.what() << "\n";
    return 1;
  }
}
