#include "node/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/utf8.h"
#include "registry/grammar.h"

namespace idnode::node {
namespace {

constexpr std::size_t kSpelling = 60;  // most octets of a value that a message quotes

// Octets of a gRPC message around the record in it: identifier, request id, a tag a value.
constexpr std::uint32_t kMessageOverhead = 16'384;

// The octets from `begin` to the end of the value or of its line. toml++ counts lines and columns
// from 1, columns in code points.
std::string Spelling(std::string_view text, const toml::source_region& where) {
  for (toml::source_index line = 1; line < where.begin.line; ++line) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  text = text.substr(0, text.find('\n'));
  std::size_t begin = 0;
  std::size_t end = 0;
  const bool whole = where.begin.line == where.end.line;
  for (toml::source_index column = 1; end < text.size(); ++column) {
    if (column == where.begin.column) begin = end;
    if (whole && column == where.end.column) break;
    if (NextCodePoint(text, end) == kNoCodePoint) break;
  }
  const std::string_view spelling = text.substr(begin, end - begin);
  const std::string_view cut = CutUtf8(spelling, kSpelling);
  return std::string(cut) + (whole && cut.size() == spelling.size() ? "" : "...");
}

// Collects the keys of a file as Settings.
class TomlReader {
 public:
  explicit TomlReader(std::string_view text) : text_(text) {}

  void Table(const std::string& name, const toml::table& table) {
    for (const auto& [key, node] : table) {
      const std::string full = (name.empty() ? "" : name + ".") + std::string(key.str());
      if (const toml::table* below = node.as_table()) {
        Table(full, *below);
      } else {
        settings_.push_back(
            {full, Value(node), Spelling(text_, node.source()), node.source().begin.line});
      }
    }
  }

  // In the order of the file.
  std::vector<Setting> Take() {
    std::ranges::stable_sort(settings_, {}, &Setting::line);
    return std::move(settings_);
  }

 private:
  static decltype(Setting::value) Value(const toml::node& node) {
    if (const auto* flag = node.as_boolean()) return flag->get();
    if (const auto* number = node.as_integer()) return number->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* text = node.as_string()) return text->get();
    const toml::array* array = node.as_array();
    if (array == nullptr) return std::monostate{};
    std::vector<std::string> out;
    for (const toml::node& item : *array) {
      if (!item.is_string()) return std::monostate{};
      out.push_back(item.as_string()->get());
    }
    return out;
  }

  std::string_view text_;
  std::vector<Setting> settings_;
};

// toml++ throws for a syntax error, and only for that; it does not get out of here.
std::vector<std::string> ParseAndApply(const std::string& file, const std::string& text,
                                       Config& config) {
  TomlReader reader(text);
  try {
    reader.Table("", toml::parse(text));
  } catch (const toml::parse_error& error) {
    const auto where = error.source().begin;
    std::string problem = file + ":" + std::to_string(where.line) + ": column ";
    problem.append(std::to_string(where.column)).append(": not TOML: ");
    return {problem.append(error.description())};
  }
  return ApplySettings(ConfigTable(config), file, reader.Take());
}

// Why `path` cannot be read as a file; empty when it can.
std::string WhyUnreadable(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return "cannot be read: it is a folder";
  errno = 0;
  if (std::ifstream(path, std::ios::binary).good()) return "";
  return "cannot be read: " + std::generic_category().message(errno);
}

void MakeAbsolute(std::filesystem::path& path, const std::filesystem::path& folder) {
  if (!path.empty() && path.is_relative()) path = folder / path;
}

void CheckReadable(std::string_view name, const std::filesystem::path& path,
                   std::vector<std::string>& problems) {
  if (path.empty()) return;
  const std::string reason = WhyUnreadable(path);
  if (reason.empty()) return;
  problems.push_back(std::string(name).append(" = ").append(path.string()).append(": ") + reason);
}

void CheckTls(const Config& config, std::vector<std::string>& problems) {
  const bool certificate = !config.tls.certificate.empty();
  if (certificate != !config.tls.key.empty()) {
    const std::string given = certificate ? "tls.certificate" : "tls.key";
    const std::string missing = certificate ? "tls.key" : "tls.certificate";
    problems.push_back(given + " is set and " + missing + " is not: set both, or neither");
  }
  CheckReadable("tls.certificate", config.tls.certificate, problems);
  CheckReadable("tls.key", config.tls.key, problems);
  if (certificate || config.grpc.tokens_without_tls) return;
  for (const Endpoint& endpoint : config.listen.grpc) {
    if (endpoint.address.is_loopback()) continue;
    problems.push_back("listen.grpc = \"" + endpoint.ToText() +
                       "\": callers would send their tokens in the clear: set tls.certificate and "
                       "tls.key, or listen on 127.0.0.1, or say grpc.tokens_without_tls = true");
  }
}

void CheckPrefix(const std::string& prefix, std::vector<std::string>& problems) {
  if (prefix.empty() || !registry::CheckPrefix(prefix, "node.prefix")) return;
  problems.push_back("node.prefix = \"" + prefix +
                     "\": is no prefix: write segments with dots between, as \"88.118\"");
}

// Both doors on one port: the second to listen would fail, or, worse, take some of the clients.
void CheckPorts(const Config& config, std::vector<std::string>& problems) {
  for (const Endpoint& handle : config.listen.handle) {
    for (const Endpoint& grpc : config.listen.grpc) {
      const bool overlap = handle.address == grpc.address || handle.address.is_wildcard() ||
                           grpc.address.is_wildcard();
      if (handle.port == 0 || handle.port != grpc.port || !overlap) continue;
      problems.push_back("listen.grpc = \"" + grpc.ToText() + "\": is taken by listen.handle = \"" +
                         handle.ToText() + "\": give one of them another port");
    }
  }
}

}  // namespace

Config::Config() {
  listen.handle = {Endpoint::Parse("[::]:2641").value()};
  listen.grpc = {Endpoint::Parse("127.0.0.1:50051").value()};
}

std::vector<std::string> LoadConfig(const std::filesystem::path& file, Config& config) {
  const std::string reason = WhyUnreadable(file);
  if (!reason.empty()) return {file.string() + ": " + reason};
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  auto problems = ParseAndApply(file.string(), text.str(), config);
  const auto folder = std::filesystem::absolute(file).parent_path();
  for (auto* path :
       {&config.tls.certificate, &config.tls.key, &config.site.key_file, &config.log.file}) {
    MakeAbsolute(*path, folder);
  }
  return problems;
}

std::vector<std::string> CheckConfig(const Config& config) {
  std::vector<std::string> problems;
  CheckPrefix(config.node.prefix, problems);
  CheckTls(config, problems);
  CheckPorts(config, problems);
  CheckReadable("site.key_file", config.site.key_file, problems);
  if (config.grpc.message_octets < config.limits.record_octets + kMessageOverhead) {
    problems.push_back("grpc.message_size: has no room for a record of limits.record_octets = " +
                       std::to_string(config.limits.record_octets) +
                       ": raise the one or lower the other");
  }
  return problems;
}

Address SiteAddress(const Config& config) {
  if (config.site.address) return *config.site.address;
  for (const Endpoint& endpoint : config.listen.handle) {
    if (!endpoint.address.is_wildcard()) return endpoint.address;
  }
  return Address::Parse("127.0.0.1").value();
}

std::vector<std::uint16_t> PortsAt(const Address& address, const std::vector<Endpoint>& endpoints) {
  const auto serves = [&](const Endpoint& endpoint) {
    const Address& own = endpoint.address;
    return own == address || (own.is_wildcard() && (!own.is_ipv4() || address.is_ipv4()));
  };
  const bool some_do = std::ranges::any_of(endpoints, serves);
  std::vector<std::uint16_t> ports;
  for (const Endpoint& endpoint : endpoints) {
    if (some_do && !serves(endpoint)) continue;
    if (std::ranges::find(ports, endpoint.port) == ports.end()) ports.push_back(endpoint.port);
  }
  return ports;
}

std::vector<std::string> ConfigWarnings(const Config& config) {
  const Address address = SiteAddress(config);
  const bool serves_others = std::ranges::any_of(
      config.listen.handle, [](const Endpoint& e) { return !e.address.is_loopback(); });
  if (!address.is_loopback() || !serves_others) return {};
  return {"clients on other machines that ask for the site information are told to come to " +
          address.ToText() + ", which is themselves: set site.address to this node's address"};
}

}  // namespace idnode::node
