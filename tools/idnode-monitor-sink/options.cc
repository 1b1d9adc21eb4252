#include "options.h"

#include <CLI/CLI.hpp>
#include <string_view>

#include "base/endpoint.h"

namespace idnode::sink {
namespace {

constexpr const char* kDescription =
    R"(Keeps the registration counts of an idnode node in PostgreSQL tables.

Follows the node's feed (Statistics.Watch) and writes every row over the older one, together with the
place where the feed goes on, in one transaction: it may be stopped, killed and started at any time, and
so may the node and the database. One sink writes a schema at a time.)";

constexpr const char* kFooter =
    R"(Tables, made by the first start: counts (cumulative, by prefix, day and channel), feed (how far it was
read); views: totals, daily. Their comments say what is in them: \d+ in psql.

Exit codes: 0 done, 1 failed, 2 usage, 5 denied by the node or the database, 6 unavailable (with --once,
or when another sink writes the schema).

Examples:
  idnode-monitor-sink --server node.example:50051 --ca ca.pem --token-file monitor.token \
      --database "host=db.example dbname=monitoring user=sink"
  idnode-monitor-sink ... --once      # for scripts: bring the tables up to date and end

A password belongs into ~/.pgpass or PGPASSFILE, not into --database, which other users of the machine
can see.)";

// "HOST:PORT", "[::1]:PORT".
bool SplitServer(const std::string& server, std::string_view& host) {
  const std::string_view text = server;
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return false;
  }
  host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool bare_v6 = host.find(':') != std::string_view::npos && host.front() != '[';
  return !bare_v6 && !port.empty() && port.size() <= 5 &&
         port.find_first_not_of("0123456789") == std::string_view::npos;
}

// What CLI11 cannot know. Empty: fine.
std::string Check(const Options& options) {
  std::string_view host;
  if (!SplitServer(options.server, host)) {
    return "--server " + options.server + ": give HOST:PORT, for example 127.0.0.1:50051";
  }
  const bool encrypted = options.tls || !options.ca_file.empty();
  if (!options.token_file.empty() && !encrypted && !options.insecure &&
      !IsOnThisMachine(options.server)) {
    return "the token would cross the network unencrypted to " + std::string(host) +
           ": give --ca FILE (the certificates that the node's is checked against), --tls, or "
           "--insecure";
  }
  if (options.schema.empty() || options.schema.size() > 63 || options.schema.rfind("pg_", 0) == 0) {
    return "--schema: give a name of 1 to 63 octets that does not begin with pg_";
  }
  return {};
}

void Declare(CLI::App& app, Options& options) {
  app.add_option("--server", options.server, "the node's gRPC address")->type_name("HOST:PORT");
  app.add_option("--token-file", options.token_file,
                 "file with a token of scope \"monitor\"; read again for every connection")
      ->type_name("FILE");
  app.add_option("--ca", options.ca_file,
                 "use TLS, and check the node's certificate against these (PEM)")
      ->type_name("FILE");
  app.add_flag("--tls", options.tls, "use TLS, and check it against the system's authorities");
  app.add_flag("--insecure", options.insecure, "let the token cross a network without TLS");
  app.add_option(
         "--database", options.database,
         "connection string of PostgreSQL; what it leaves out comes from PGHOST, PGUSER, ...")
      ->type_name("CONNINFO")
      ->required();
  app.add_option("--schema", options.schema, "schema to write; is made if it does not exist")
      ->type_name("NAME")
      ->capture_default_str();
  auto* once = app.add_flag("--once", options.once, "end as soon as the tables are up to date");
  auto* reset = app.add_flag(
      "--reset", options.reset,
      "empty the tables and take everything anew: when the node's data was replaced, or the token "
      "may see other prefixes than before");
  app.add_flag("--migrate", options.migrate,
               "only make the tables or bring them to this version, and end; needs no --server")
      ->excludes(once)
      ->excludes(reset);
  app.add_flag("--verbose", options.verbose, "also log every round of the feed");
  app.set_version_flag("--version", IDNODE_VERSION);
}

}  // namespace

bool ParseOptions(int argc, char** argv, Options& options, int& exit_code) {
  CLI::App app(kDescription, "idnode-monitor-sink");
  app.footer(kFooter);
  Declare(app, options);
  try {
    app.parse(argc, argv);
    if (!options.migrate && options.server.empty()) {
      throw CLI::RequiredError("--server");
    }
    if (const std::string wrong = options.migrate ? std::string() : Check(options);
        !wrong.empty()) {
      throw CLI::ValidationError(wrong);
    }
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? kExitDone : kExitUsage;
    return false;
  }
  return true;
}

}  // namespace idnode::sink
