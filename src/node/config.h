// What the operator may set, and where it comes from: one TOML file (--config), every key of which
// has a default.
//
//   Config        the values, a struct for each section; a fresh one holds the defaults
//   ConfigTable   the option table (base/options.h): name, bounds, text of every key
//   LoadConfig    reads a file into a Config
//   CheckConfig   what no single key can know: do they fit together?
//
// Nothing outside this room reads a Config: node/ fills the Options of each component from it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "base/options.h"
#include "ledger/committer.h"
#include "registry/record.h"
#include "serve/handle/source_limits.h"
#include "store/rocksdb/rocks_options.h"

namespace idnode::node {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };
enum class LogFormat : std::uint8_t { kText, kJson };

// A value. The meaning of each member stands in the row of ConfigTable() that is bound to it. Where
// a component has a default of its own, that is the one.
struct Config {
  struct {
    std::string prefix;
    std::string name;
  } node;
  struct {
    std::vector<Endpoint> handle;
    std::vector<Endpoint> grpc;
  } listen;
  struct {
    std::filesystem::path certificate;
    std::filesystem::path key;
  } tls;
  struct {
    bool tokens_without_tls = false;
    std::uint32_t message_octets = 4 << 20;
    std::size_t memory_octets = std::size_t{512} << 20;
    std::uint32_t connections = 1'000;
    std::uint32_t connections_per_source = 100;
    std::uint32_t streams_per_connection = 1'000;
    std::uint32_t watchers = 64;
  } grpc;
  struct {
    std::uint32_t udp_workers = 0;
    serve::SourceLimits::Options udp_limits;
    std::uint32_t tcp_threads = 1;
    std::uint32_t tcp_connections = 10'000;
    std::uint32_t tcp_connections_per_source = 100;
    std::chrono::milliseconds tcp_idle{300'000};
  } handle;
  struct {
    std::uint16_t serial = 1;
    std::string description;
    std::optional<Address> address;
    std::uint32_t server_id = 1;
    std::filesystem::path key_file;
  } site;
  struct {
    std::size_t values_per_record = registry::RecordLimits{}.values;
    std::size_t record_octets = registry::RecordLimits{}.octets;
    std::uint32_t list_page = 1'000;
  } limits;
  struct {
    std::size_t queue = idnode::ledger::Committer::Options{}.queue_requests;
    std::size_t queue_octets = idnode::ledger::Committer::Options{}.queue_octets;
    std::size_t group_requests = idnode::ledger::Committer::Options{}.group.requests;
  } ledger;
  struct {
    std::size_t block_cache = idnode::store::RocksOptions{}.block_cache_octets;
    std::size_t reserve = idnode::store::RocksOptions{}.reserve_octets;
    std::size_t write_buffer = idnode::store::RocksOptions{}.memtable_octets;
  } store;
  struct {
    LogLevel level = LogLevel::kInfo;
    LogFormat format = LogFormat::kText;
    std::filesystem::path file;
    std::chrono::milliseconds losses{60'000};
  } log;

  Config();
};

// The rows, in the order in which they are printed; bound to `config`, which must outlive them.
std::vector<Option> ConfigTable(Config& config);

// Reads `file` into `config`, on top of what it holds. Returns what is wrong with the file, a line
// each, ready for the operator; nothing when all is well. Does not call CheckConfig().
std::vector<std::string> LoadConfig(const std::filesystem::path& file, Config& config);

// Whether the values fit together and the files that they name can be read. As above.
std::vector<std::string> CheckConfig(const Config& config);

// The address that clients are told to come to: site.address, or else the first one of
// listen.handle that is no wildcard, or else 127.0.0.1.
Address SiteAddress(const Config& config);

// The ports of `endpoints`, each once, that a client finds at `address`: those of wildcards and of
// that address itself. If there is none, `address` is another's that leads here: then all of them.
std::vector<std::uint16_t> PortsAt(const Address& address, const std::vector<Endpoint>& endpoints);

// What is allowed and yet hardly meant, in words for the operator, a line each.
std::vector<std::string> ConfigWarnings(const Config& config);

// config/reference.md, whole.
std::string ConfigReference();

}  // namespace idnode::node
