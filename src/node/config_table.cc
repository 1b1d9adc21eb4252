#include "node/config.h"

namespace idnode::node {
namespace {

constexpr std::int64_t kKiB = 1'024;
constexpr std::int64_t kMiB = 1'024 * kKiB;
constexpr std::int64_t kGiB = 1'024 * kMiB;
constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kHour = 3'600 * kSecond;

void Append(std::vector<Option>& out, std::vector<Option> rows) {
  out.insert(out.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
}

std::vector<Option> NodeRows(Config& config) {
  return {
      {.name = "node.prefix",
       .target = Bind(config.node.prefix),
       .max = 64,
       .meaning_of_unset = "any well-formed prefix may be added",
       .text = "The prefix that was assigned to this node, as \"88.118\". Only this prefix and "
               "those below it may then be added. Quote it: 88.100 without quotes is a number."},
      {.name = "node.name",
       .target = Bind(config.node.name),
       .max = 128,
       .text = "A name for people: the log has it at every start, and idnodectl status shows it."},
      {.name = "listen.handle",
       .target = Bind(config.listen.handle),
       .min = 1,
       .max = 16,
       .text = "Where the handle protocol is served, each endpoint over UDP and over TCP. [::] "
               "stands for every address of the machine, IPv4 included. Port 0 lets the system "
               "pick one."},
      {.name = "listen.grpc",
       .target = Bind(config.listen.grpc),
       .min = 1,
       .max = 16,
       .text = "Where the management interface (gRPC) is served. Its callers send tokens: beyond "
               "loopback it needs tls.certificate and tls.key."},
      {.name = "tls.certificate",
       .target = Bind(config.tls.certificate),
       .meaning_of_unset = "no TLS",
       .text = "The certificate chain of the gRPC listeners, PEM, the server's own first."},
      {.name = "tls.key",
       .target = Bind(config.tls.key),
       .meaning_of_unset = "no TLS",
       .text = "The private key of tls.certificate, PEM, without a pass phrase. Only the node's "
               "user should be able to read it."},
  };
}

std::vector<Option> GrpcRows(Config& config) {
  return {
      {.name = "grpc.tokens_without_tls",
       .target = Bind(config.grpc.tokens_without_tls),
       .text = "Lets gRPC listeners beyond loopback take tokens without TLS. Whoever can read the "
               "traffic can then act as the caller: only for a network that you trust entirely, or "
               "behind a proxy that ends TLS."},
      {.name = "grpc.message_size",
       .target = BindSize(config.grpc.message_octets),
       .min = 64 * kKiB,
       .max = 64 * kMiB,
       .text = "The largest message that is received. Must have room for a record of "
               "limits.record_octets; a batch may use all of it."},
      {.name = "grpc.memory",
       .target = BindSize(config.grpc.memory_octets),
       .min = 64 * kMiB,
       .max = 64 * kGiB,
       .text =
           "What gRPC may use for messages on their way in. Near it, gRPC takes in no more until "
           "some have left. Answers that clients do not take may have a quarter as much; then "
           "questions are refused (read_busy), and the slow clients dropped."},
      {.name = "grpc.connections",
       .target = Bind(config.grpc.connections),
       .min = 1,
       .max = 1'000'000,
       .unit = "connections",
       .text = "Most open connections; a further one is closed at once. Each takes two file "
               "descriptors, of which the system's limit (ulimit -n) must allow as many and some "
               "more."},
      {.name = "grpc.connections_per_source",
       .target = Bind(config.grpc.connections_per_source),
       .min = 1,
       .max = 1'000'000,
       .unit = "connections",
       .text =
           "Most of them from one IPv4 address or one IPv6 network of 56 bits. A proxy in front "
           "of the node is one source."},
      {.name = "grpc.streams_per_connection",
       .target = Bind(config.grpc.streams_per_connection),
       .min = 1,
       .max = 100'000,
       .unit = "calls",
       .text = "Most calls under way on one connection; the client holds further ones back."},
      {.name = "grpc.watchers",
       .target = Bind(config.grpc.watchers),
       .min = 1,
       .max = 10'000,
       .unit = "streams",
       .text =
           "Most Statistics.Watch streams at a time; a further one is refused (watchers_full)."},
  };
}

std::vector<Option> HandleRows(Config& config) {
  return {
      {.name = "handle.udp_workers",
       .target = Bind(config.handle.udp_workers),
       .max = 256,
       .unit = "threads",
       .meaning_of_unset = "one for each core",
       .text = "Threads that answer UDP, for each endpoint of listen.handle. The kernel spreads "
               "the clients over them."},
      {.name = "handle.tcp_threads",
       .target = Bind(config.handle.tcp_threads),
       .min = 1,
       .max = 256,
       .unit = "threads",
       .text = "Threads that serve TCP connections. A connection stays with its thread."},
      {.name = "handle.tcp_connections",
       .target = Bind(config.handle.tcp_connections),
       .min = 1,
       .max = 1'000'000,
       .unit = "connections",
       .text = "Most open TCP connections of the handle protocol; a further one is closed at once. "
               "Each takes one file descriptor, of which the system's limit (ulimit -n) must allow "
               "as many and some more."},
      {.name = "handle.tcp_connections_per_source",
       .target = Bind(config.handle.tcp_connections_per_source),
       .min = 1,
       .max = 1'000'000,
       .unit = "connections",
       .text = "Most of them from one IPv4 address or one IPv6 network of 56 bits."},
      {.name = "handle.tcp_idle",
       .target = Bind(config.handle.tcp_idle),
       .min = kSecond,
       .max = 24 * kHour,
       .text = "How long a TCP connection may be without a request before it is closed. Clients of "
               "the handle protocol expect 5 minutes."},
  };
}

// What one source gets over UDP.
std::vector<Option> UdpLimitRows(Config& config) {
  serve::SourceLimits::Options& limits = config.handle.udp_limits;
  return {
      {.name = "handle.udp_limit",
       .target = BindChoice(limits.enforced, {{"on", true}, {"count", false}}),
       .text = "Sources over UDP can be forged, and answers are longer than questions: without a "
               "limit the node could be used to flood others. \"on\" leaves a source that is over "
               "its limit without an answer; it then asks over TCP, after which it has no limit. "
               "\"count\" answers and only counts (idnodectl status), to try numbers out. Loopback "
               "has no limit."},
      {.name = "handle.udp_answers_per_source",
       .target = Bind(limits.answers),
       .min = 1,
       .max = 1'000'000,
       .unit = "answers a second",
       .text = "Most answers to one IPv4 address or one IPv6 network of 56 bits, over 5 seconds."},
      {.name = "handle.udp_octets_per_source",
       .target = BindSize(limits.octets),
       .min = kKiB,
       .max = kGiB,
       .text = "Most octets to one of them in a second, over 5 seconds."},
      {.name = "handle.udp_trusted",
       .target = Bind(limits.trusted),
       .max = 64,
       .text = "Networks without a limit, as those of known recursive nodes. Only networks whose "
               "addresses nobody outside can forge."},
  };
}

std::vector<Option> SiteRows(Config& config) {
  return {
      {.name = "site.serial",
       .target = Bind(config.site.serial),
       .max = 65'534,  // 65535 is the protocol's "none"
       .text = "The serial number of the site information that clients keep. Raise it whenever "
               "addresses, ports or the key change, or clients go on with the old ones."},
      {.name = "site.description",
       .target = Bind(config.site.description),
       .max = 255,
       .text = "The attribute \"desc\" of the site information, for people."},
      {.name = "site.address",
       .target = Bind(config.site.address),
       .meaning_of_unset = "the first address of listen.handle that is no wildcard, or 127.0.0.1, "
                           "which only clients on this machine can use",
       .text = "The public address of this node, which clients are told to come to."},
      {.name = "site.server_id",
       .target = Bind(config.site.server_id),
       .min = 1,
       .max = 65'535,
       .text = "The number of this server within its site."},
      {.name = "site.key_file",
       .target = Bind(config.site.key_file),
       .meaning_of_unset = "site-key.pem in the data directory, made at the first start",
       .text = "The private key of this server, PEM, by which clients know its signed answers."},
  };
}

std::vector<Option> LimitRows(Config& config) {
  return {
      {.name = "limits.values_per_record",
       .target = Bind(config.limits.values_per_record),
       .min = 1,
       .max = 2'048,
       .unit = "values",
       .text =
           "Most values of one identifier. 2048 is the handle protocol's own limit. Lowering it "
           "leaves what is stored as it is."},
      {.name = "limits.record_octets",
       .target = Bind(config.limits.record_octets),
       .min = 1'024,
       .max = 250'000,
       .unit = "octets",
       .text = "The largest record, its values in the encoding of the handle protocol, whose own "
               "limit for a message is 262144 octets. An answer over UDP goes in pieces of 512 "
               "octets, all of which must arrive."},
      {.name = "limits.list_page",
       .target = Bind(config.limits.list_page),
       .min = 1,
       .max = 10'000,
       .unit = "rows",
       .text = "Most rows of one page of a list. Callers go on with the page's cursor."},
  };
}

std::vector<Option> LedgerRows(Config& config) {
  return {
      {.name = "ledger.queue",
       .target = Bind(config.ledger.queue),
       .min = 1,
       .max = 1'048'576,
       .unit = "requests",
       .text =
           "Most changes that are accepted and not yet answered. A further one is refused as busy "
           "at once, which is kinder than a long wait."},
      {.name = "ledger.queue_size",
       .target = BindSize(config.ledger.queue_octets),
       .min = 1 * kMiB,
       .max = 16 * kGiB,
       .text =
           "Most octets of identifiers and values that are accepted and not yet answered; beyond "
           "them, too, a further change is refused as busy."},
      {.name = "ledger.group_requests",
       .target = Bind(config.ledger.group_requests),
       .min = 1,
       .max = 8'192,
       .unit = "requests",
       .text = "Most changes of one commit, which share one sync of the disk. A larger group is "
               "faster under load and makes the first of it wait longer."},
  };
}

std::vector<Option> StoreRows(Config& config) {
  return {
      {.name = "store.block_cache",
       .target = BindSize(config.store.block_cache),
       .min = 8 * kMiB,
       .max = 1'024 * kGiB,
       .text = "Memory for data blocks that were read from disk. The system's page cache holds "
               "them, too, in compressed form."},
      {.name = "store.write_buffer",
       .target = BindSize(config.store.write_buffer),
       .min = kMiB,
       .max = 4 * kGiB,
       .text = "Memory of one column family for new data before it is written out as a sorted "
               "file. A larger one means fewer files and a longer recovery after a crash."},
      {.name = "store.reserve",
       .target = BindSize(config.store.reserve),
       .min = kMiB,
       .max = 1'024 * kGiB,
       .text = "Free space of the disk that changes leave alone. With less they are refused as "
               "unavailable, resolution goes on, and once there is a quarter more than this, "
               "changes are taken again. The room is needed to rewrite files and to restart."},
  };
}

std::vector<Option> LogRows(Config& config) {
  return {
      {.name = "log.level",
       .target = BindChoice<LogLevel>(config.log.level, {{"debug", LogLevel::kDebug},
                                                         {"info", LogLevel::kInfo},
                                                         {"warning", LogLevel::kWarning},
                                                         {"error", LogLevel::kError}}),
       .text = "The least important lines that are logged. No level logs single resolutions."},
      {.name = "log.format",
       .target = BindChoice<LogFormat>(config.log.format,
                                       {{"text", LogFormat::kText}, {"json", LogFormat::kJson}}),
       .text = "A line for people, or one JSON object a line for machines."},
      {.name = "log.file",
       .target = Bind(config.log.file),
       .meaning_of_unset = "standard error",
       .text = "The file that log lines are appended to. On SIGHUP it is opened anew, for who has "
               "moved it away (logrotate)."},
      {.name = "log.losses",
       .target = Bind(config.log.losses),
       .min = kSecond,
       .max = 24 * kHour,
       .text = "How often at most a line tells how many requests and connections were refused or "
               "dropped since the line before. idnodectl status shows all counts at any time."},
  };
}

}  // namespace

std::vector<Option> ConfigTable(Config& config) {
  std::vector<Option> out;
  for (const auto rows : {NodeRows, GrpcRows, HandleRows, UdpLimitRows, SiteRows, LimitRows,
                          LedgerRows, StoreRows, LogRows}) {
    Append(out, rows(config));
  }
  return out;
}

std::string ConfigReference() {
  Config fresh;
  return "# Configuration\n\n"
         "idnoded reads one TOML file, given with `--config FILE`. Every key has a default: an "
         "empty file, or none, is a\nworking configuration. Unknown keys are errors. `idnoded "
         "--print-config` prints a commented file with the\ncurrent values to start from.\n\n"
         "Durations are text with a unit (`\"300 s\"`; ms, s, min, h, d), and so are sizes "
         "(`\"512 MiB\"`; B, KiB, MiB, GiB,\nTiB). Relative paths start at the folder of the file. "
         "Endpoints are a numeric address and a port, IPv6 in\nbrackets.\n\n"
         "This page is generated from the option table (src/node/config_table.cc); a test holds it "
         "to that.\n" +
         PrintReference(ConfigTable(fresh));
}

}  // namespace idnode::node
