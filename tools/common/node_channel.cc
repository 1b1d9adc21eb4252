#include "node_channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <string_view>

#include "base/endpoint.h"

namespace idnode::tools {
namespace {

constexpr std::size_t kMaxTokenFile = 4096;   // octets
constexpr std::size_t kMaxCaFile = 4U << 20;  // octets: certificates of many authorities
constexpr int kMaxMessage = 64 << 20;         // octets; a page of the largest records fits
constexpr int kReconnectMs = 100;             // below the pauses of the tools
constexpr int kMaxReconnectMs = 500;

bool IsEncrypted(const NodeOptions& options) { return options.tls || !options.ca_file.empty(); }

// The first line without blanks around it. gRPC ends the process over a header with anything but
// printable ASCII in it.
std::optional<Fault> ReadToken(const std::string& path, std::string& token) {
  std::string content;
  if (auto fault = ReadFile(path, kMaxTokenFile, "--token-file", content)) return fault;
  constexpr std::string_view kBlanks = " \t\r";
  std::string_view line = std::string_view(content).substr(0, content.find('\n'));
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
  if (line.empty() ||
      !std::all_of(line.begin(), line.end(), [](char c) { return c > 0x20 && c < 0x7F; })) {
    return Fault{"token_file_malformed", "--token-file",
                 Fill({"The first line of {} is no token.", "{} 的第一行不是令牌。"}, {path}),
                 Words{"The file holds the secret alone, like the administrator's in the node's "
                       "data directory.",
                       "该文件只含令牌密钥，例如节点数据目录中的管理员令牌文件。"}};
  }
  token = line;
  return std::nullopt;
}

}  // namespace

std::optional<Fault> TokenInClear(const NodeOptions& options) {
  if (options.token_file.empty() || IsEncrypted(options) || options.insecure ||
      IsOnThisMachine(options.server)) {
    return std::nullopt;
  }
  return Fault{
      "usage", "--token-file",
      Fill({"The token would go to {} in the clear.", "令牌将以明文发送到 {}。"}, {options.server}),
      Words{"Use --tls or --ca; or, on a network that you trust entirely, --insecure.",
            "请使用 --tls 或 --ca；在完全可信的网络中也可使用 --insecure。"}};
}

grpc::ChannelArguments NodeChannel::Arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // http_proxy is meant for the web, not for us
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // the tools repeat only what may be repeated
  arguments.SetMaxReceiveMessageSize(kMaxMessage);
  return arguments;
}

std::optional<Fault> NodeChannel::Open(const NodeOptions& options,
                                       const grpc::ChannelArguments& arguments) {
  token_.clear();
  language_ = options.language;
  if (auto fault = TokenInClear(options)) return fault;
  if (!options.token_file.empty()) {
    if (auto fault = ReadToken(options.token_file, token_)) return fault;
  }
  auto credentials = grpc::InsecureChannelCredentials();
  if (IsEncrypted(options)) {
    grpc::SslCredentialsOptions tls;
    if (!options.ca_file.empty()) {
      if (auto fault = ReadFile(options.ca_file, kMaxCaFile, "--ca", tls.pem_root_certs)) {
        return fault;
      }
    }
    credentials = grpc::SslCredentials(tls);
  }
  channel_ = grpc::CreateCustomChannel(options.server, credentials, arguments);
  return std::nullopt;
}

void NodeChannel::Prepare(grpc::ClientContext& context) const {
  context.AddMetadata("accept-language", language_ == Language::kChinese ? "zh" : "en");
  if (!token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
}

}  // namespace idnode::tools
