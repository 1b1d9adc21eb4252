#include "feed.h"

#include <google/protobuf/message_lite.h>
#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "idnode/v1/statistics.grpc.pb.h"
#include "problem.h"

namespace idnode::sink {
namespace {

namespace v1 = idnode::v1;

// A node whose machine has vanished is noticed by pings. A node that does not want so many says so,
// and gRPC then doubles the interval.
constexpr int kKeepaliveMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;

Failure Fail(Text text) { return {FailureKind::kFailed, std::move(text)}; }

// Null for a channel that this version does not know.
const char* ChannelName(v1::Channel channel) noexcept {
  switch (channel) {
    case v1::CHANNEL_GRPC:
      return "grpc";
    case v1::CHANNEL_STREAM:
      return "stream";
    case v1::CHANNEL_IMPORT:
      return "import";
    case v1::CHANNEL_HANDLE:
      return "handle";
    case v1::CHANNEL_HTTP:
      return "http";
    default:
      return nullptr;
  }
}

// "2026-01-31". Stricter than PostgreSQL, which also takes "tomorrow" for a date.
bool IsDay(std::string_view text) noexcept {
  constexpr std::string_view kShape = "dddd-dd-dd";
  return std::equal(text.begin(), text.end(), kShape.begin(), kShape.end(), [](char c, char shape) {
    return shape == 'd' ? c >= '0' && c <= '9' : c == shape;
  });
}

bool FitsBigint(const v1::Counts& counts) noexcept {
  constexpr std::uint64_t kMost = INT64_MAX;
  return counts.created() <= kMost && counts.recreated() <= kMost && counts.updated() <= kMost &&
         counts.deleted() <= kMost;
}

Failure AppendRow(const v1::WatchResponse::Row& row, std::vector<CountRow>& rows) {
  if (!IsDay(row.day()) || row.prefix().find('\0') != std::string::npos) {
    return Fail({"the node sent a row with the prefix \"" + row.prefix() + "\" and the day \"" +
                     row.day() +
                     "\", which cannot be right; nothing of it was written. Is "
                     "--server an idnode node?",
                 "节点发来的一行前缀为“" + row.prefix() + "”、日期为“" + row.day() +
                     "”，不可能正确，未写入任何内容。--server 是 idnode 节点吗？"});
  }
  for (const auto& channel : row.channels()) {
    const char* name = ChannelName(channel.channel());
    if (name == nullptr || !FitsBigint(channel.counts())) {
      const std::string number = std::to_string(channel.channel());
      return Fail({"the node counts registrations of " + row.prefix() + " by channel " + number +
                       " in a way that this version does not know; nothing of it was written. "
                       "Install the idnode-monitor-sink of the node's version",
                   "节点按渠道 " + number + " 统计 " + row.prefix() +
                       "，本版本无法识别，未写入任何内容。请安装与节点版本一致的 "
                       "idnode-monitor-sink"});
    }
    rows.push_back({row.prefix(), row.day(), name, channel.counts().created(),
                    channel.counts().recreated(), channel.counts().updated(),
                    channel.counts().deleted()});
  }
  return {};
}

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments = tools::NodeChannel::Arguments();
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a new try is a new connection
  return arguments;
}

FailureKind KindOf(grpc::StatusCode code) noexcept {
  switch (code) {
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
      return FailureKind::kDenied;
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::OUT_OF_RANGE:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::UNIMPLEMENTED:
      return FailureKind::kFailed;
    default:  // a node that stops, is killed or restarts shows any of the others
      return FailureKind::kUnavailable;
  }
}

constexpr Words kOtherLog{
    ". The tables hold the counts of another log, or of an older state of this one, and nothing of "
    "the two is mixed. If this is the right node: --reset empties the tables and takes everything "
    "anew. To keep what is there: give another --schema",
    "。数据表中是另一份日志（或本日志较早状态）的统计，两者不会混在一起。若节点无误：--reset "
    "清空数据表并重新获取全部数据；若要保留现有数据：请另选 --schema"};

Failure ToFailure(const grpc::Status& status, const grpc::ClientContext& context,
                  const std::string& server) {
  Text text("the node at " + server, "节点 " + server);
  if (status.ok()) {
    return {FailureKind::kUnavailable, text + Text(" ended the feed", " 结束了数据流")};
  }
  const auto problem = tools::ProblemOf(context);
  text = text + Text(": ", "：");
  if (problem) {  // in the language that was asked for
    text = text + Text(problem->cause() + " [" + problem->code() + "]");
    if (problem->code().rfind("cursor_", 0) == 0) {
      return Fail(text + kOtherLog);
    }
    return {KindOf(status.error_code()), text + Text(" ", "") + Text(problem->fix())};
  }
  text = text + Text(status.error_message());
  switch (KindOf(status.error_code())) {
    case FailureKind::kDenied:
      return {FailureKind::kDenied,
              text + Text(". It wants a token of scope monitor: see --token-file",
                          "。需要权限范围为 monitor 的令牌：见 --token-file")};
    case FailureKind::kUnavailable:
      return {FailureKind::kUnavailable, text};
    default:
      return Fail(text + Text(". Is --server an idnode node of this version?",
                              "。--server 是本版本的 idnode 节点吗？"));
  }
}

}  // namespace

struct Feed::Call {
  grpc::ClientContext context;
  std::unique_ptr<v1::Statistics::Stub> stub;
  std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> reader;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;  // last: ends first
};

Feed::Feed(const Options& options, std::stop_token stop)
    : options_(options), stop_(std::move(stop)) {}

Feed::~Feed() { Close(); }

Failure Feed::Open(const std::string& cursor) {
  Close();
  tools::NodeChannel node;
  if (const auto fault = node.Open(options_, Arguments())) {
    return Fail(Text(fault->option + ": ") + fault->cause + Text(" ", "") + fault->fix);
  }
  auto call = std::make_unique<Call>();
  node.Prepare(call->context);
  call->stub = v1::Statistics::NewStub(node.channel());

  v1::WatchRequest request;
  request.set_cursor(cursor);
  call->reader = call->stub->Watch(&call->context, request);
  call->on_stop.emplace(stop_, [context = &call->context] { context->TryCancel(); });
  call_ = std::move(call);
  return {};
}

Failure Feed::Next(Update& update) {
  v1::WatchResponse message;
  if (!call_->reader->Read(&message)) {
    const grpc::Status status = call_->reader->Finish();
    call_->reader.reset();
    auto failure = ToFailure(status, call_->context, options_.server);
    call_.reset();
    return failure;
  }
  update.rows.clear();
  for (const auto& row : message.rows()) {
    if (auto failure = AppendRow(row, update.rows)) {
      return failure;
    }
  }
  if (message.log_size() > INT64_MAX) {
    return Fail({"the node sent a log size above 2^63, which cannot be right",
                 "节点发来的日志长度超过 2^63，不可能正确"});
  }
  update.position = {message.log_id(), message.cursor(), message.log_size()};
  return {};
}

void Feed::Close() noexcept {
  if (call_ != nullptr && call_->reader != nullptr) {
    call_->context.TryCancel();
    v1::WatchResponse rest;
    while (call_->reader->Read(&rest)) {
    }
    static_cast<void>(call_->reader->Finish());
  }
  call_.reset();
}

}  // namespace idnode::sink
