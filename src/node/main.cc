// idnoded: the node's program.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <new>
#include <string_view>

#include "base/error_words.h"
#include "base/small_file.h"
#include "node/config.h"
#include "node/node.h"
#include "node/spdlog_logger.h"
#include "node/start_check.h"
#include "serve/grpc/problem_reference.h"

namespace idnode::node {
namespace {

struct Arguments {
  std::filesystem::path data;
  std::filesystem::path config_file;
  std::filesystem::path ready_file;
  bool ephemeral = false;
  bool new_admin_token = false;
  bool print_config = false;
  bool config_reference = false;
  bool problem_reference = false;
};

constexpr const char* kFooter = R"(
The first start writes the secret of an administrator's token to DIR/admin.token.
SIGTERM and SIGINT end the node once what was begun is answered; SIGHUP opens log.file anew.

Examples:
  idnoded --data /var/lib/idnode --config /etc/idnode/idnode.toml
  idnoded --data /tmp/try --ephemeral --ready-file /tmp/try/ready.json
  idnoded --print-config > idnode.toml

Exit codes: 0 ended as asked, 1 failed, 2 usage or configuration, 3 the data needs a person: starting
again would fail again, and nothing in it was changed.)";

void Describe(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", IDNODE_VERSION);
  app.add_option("--data", arguments.data, "Directory of the data; made if it is not there")
      ->type_name("DIR");
  app.add_option("--config", arguments.config_file, "Configuration (TOML)")->type_name("FILE");
  app.add_flag("--ephemeral", arguments.ephemeral,
               "Listen on 127.0.0.1 only, on ports that the system picks: for tests and trials");
  app.add_option("--ready-file", arguments.ready_file,
                 "Written once all listeners accept: JSON with pid, version and addresses")
      ->type_name("FILE");
  app.add_flag("--new-admin-token", arguments.new_admin_token,
               "Write another administrator's secret to DIR/admin.token: the way back when all are "
               "lost or have expired");
  app.add_flag("--print-config", arguments.print_config,
               "Print the configuration in force, with every default, and end");
  app.add_flag("--config-reference", arguments.config_reference,
               "Print the reference of all keys (Markdown) and end");
  app.add_flag("--problem-reference", arguments.problem_reference,
               "Print the table of all problem codes of gRPC calls (Markdown) and end");
  app.footer(kFooter);
}

// What is wrong with the configuration, to standard error. True if nothing is.
bool ReadConfig(const Arguments& arguments, Config& config) {
  std::vector<std::string> problems;
  if (!arguments.config_file.empty()) problems = LoadConfig(arguments.config_file, config);
  if (arguments.ephemeral) MakeEphemeral(config);
  if (problems.empty()) problems = CheckConfig(config);
  for (const std::string& problem : problems) std::cerr << "idnoded: " << problem << "\n";
  return problems.empty();
}

// Blocks the signals that Await() waits for, in this thread and all that it starts.
sigset_t BlockSignals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error of its socket, not an end
  return signals;
}

// Waits for a signal that ends the node, and returns it.
int Await(const sigset_t& signals, SpdlogLogger& logger) {
  for (;;) {
    int signal = 0;
    ::sigwait(&signals, &signal);
    if (signal != SIGHUP) return signal;
    logger.Reopen();
  }
}

// Out of memory: nothing sensible goes on without it, and what was acknowledged is on the disk.
void EndWithoutMemory() {
  constexpr std::string_view kWords = "idnoded: out of memory, ending\n";
  (void)!::write(STDERR_FILENO, kWords.data(), kWords.size());
  std::abort();
}

// A connection takes a file descriptor, and the store dies when there are none left for it: as many
// as the system lets this process have.
void RaiseFileLimit(Logger& logger) {
  constexpr rlim_t kFew = 4'096;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max >= kFew) return;
  logger.Warning("few file descriptors",
                 {{"limit", std::to_string(limit.rlim_max)},
                  {"fix",
                   "raise it, as LimitNOFILE in systemd or ulimit -Hn: connections take "
                   "what the store needs"}});
}

// Writes `file`, which says `text`, for everybody to read: it holds no secret.
void WriteReadyFile(const std::filesystem::path& file, const std::string& text) {
  const Status written = WriteFile(file, text, 0644);
  if (written.ok()) return;
  throw std::runtime_error("cannot write the ready file " + file.string() + " (" +
                           InWords(written.error()) +
                           "); name one with --ready-file in a directory in which the node may "
                           "write");
}

// Removes what an earlier node has left, which would be believed, and sees that there can be one:
// better now than when the node serves. Not before the directory is ours: the file may be that of a
// node that runs.
void PrepareReadyFile(const std::filesystem::path& file) {
  if (file.empty()) return;
  if (std::filesystem::is_directory(file)) {
    throw std::runtime_error("the ready file " + file.string() +
                             " is a directory; name a file with --ready-file");
  }
  std::filesystem::path trial = file;
  trial += ".trial";
  WriteReadyFile(trial, "");
  std::error_code error;
  std::filesystem::remove(trial, error);
  std::filesystem::remove(file, error);
  if (error) {
    throw std::runtime_error("cannot remove the old ready file " + file.string() + ": " +
                             error.message());
  }
}

int Serve(const Arguments& arguments, const Config& config, const sigset_t& signals) {
  std::set_new_handler(EndWithoutMemory);
  const SystemClock clock;
  SpdlogLogger logger(
      {.level = config.log.level, .format = config.log.format, .file = config.log.file});
  logger.Info("starting", {{"version", IDNODE_VERSION}, {"name", config.node.name}});
  RaiseFileLimit(logger);
  const Node::Wishes wishes{.new_admin_token = arguments.new_admin_token,
                            .on_owned = [&] { PrepareReadyFile(arguments.ready_file); }};
  Node node(arguments.data, config, wishes, clock, logger);
  if (!arguments.ready_file.empty()) WriteReadyFile(arguments.ready_file, node.ReadyText());
  const int signal = Await(signals, logger);
  logger.Info("stopping", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
  constexpr std::chrono::seconds kPatience{10};
  node.Stop(kPatience);
  if (!arguments.ready_file.empty()) {
    std::error_code ignored;  // nobody is served by a message that the file is gone already
    std::filesystem::remove(arguments.ready_file, ignored);
  }
  logger.Info("stopped");
  return 0;
}

int Main(int argc, char** argv) {
  ::umask(077);  // what the node writes is its own: payloads, private values, hashes of tokens
  Arguments arguments;
  CLI::App app("A secondary node of industrial-internet identifier resolution.", "idnoded");
  Describe(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (arguments.config_reference) {
    std::cout << ConfigReference();
    return 0;
  }
  if (arguments.problem_reference) {
    std::cout << serve::ProblemReference();
    return 0;
  }
  const sigset_t signals = BlockSignals();  // first: logrotate may come at any moment
  Config config;
  if (!ReadConfig(arguments, config)) return 2;
  if (arguments.print_config) {
    std::cout << PrintConfig(ConfigTable(config));
    return 0;
  }
  if (arguments.data.empty()) {
    std::cerr << "idnoded: --data DIR is missing: where shall the data be?\n";
    return 2;
  }
  try {
    return Serve(arguments, config, signals);
  } catch (const NeedsOperator& error) {
    std::cerr << "idnoded: " << error.what() << "\n";
    return 3;
  } catch (const std::exception& error) {
    std::cerr << "idnoded: " << error.what() << "\n";
    return 1;
  }
}

}  // namespace
}  // namespace idnode::node

int main(int argc, char** argv) { return idnode::node::Main(argc, argv); }
