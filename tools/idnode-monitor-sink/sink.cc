#include "sink.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "stop.h"

namespace idnode::sink {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstWait{200};  // doubled with every failed try
constexpr milliseconds kLongestWait{30'000};
// The connection of a sink that was killed may live a little longer than the sink.
constexpr int kTriesForLock = 5;

milliseconds WaitAfter(int tries) {
  return std::min(kLongestWait, kFirstWait * (1 << std::min(tries, 10)));
}

int ExitCode(FailureKind kind) noexcept {
  switch (kind) {
    case FailureKind::kNone:
      return kExitDone;
    case FailureKind::kDenied:
      return kExitDenied;
    case FailureKind::kUnavailable:
    case FailureKind::kTaken:
      return kExitUnavailable;
    case FailureKind::kFailed:
      break;
  }
  return kExitFailed;
}

}  // namespace

Sink::Sink(const Options& options, std::stop_token stop)
    : options_(options),
      stop_(std::move(stop)),
      database_(options.database, options.schema),
      feed_(options, stop_),
      reset_(options.reset) {}

int Sink::Run() {
  for (;;) {
    const Failure failure = Follow();
    feed_.Close();
    if (!failure) {
      return kExitDone;
    }
    if (stop_.stop_requested()) {
      spdlog::info(Say({"stopped", "已停止"}));
      return options_.once || options_.migrate ? kExitFailed : kExitDone;
    }
    if (!Retries(failure)) {
      spdlog::error("{}", failure.text.In(options_.language));
      return ExitCode(failure.kind);
    }
    const milliseconds wait = WaitAfter(tries_++);
    const double seconds = static_cast<double>(wait.count()) / 1000;
    spdlog::warn(fmt::runtime(Say({"{} (trying again in {} s)", "{}（{} 秒后重试）"})),
                 failure.text.In(options_.language), seconds);
    SleepFor(wait, stop_);
  }
}

bool Sink::Retries(const Failure& failure) {
  if (std::exchange(written_, false)) {
    tries_ = 0;
  }
  switch (failure.kind) {
    case FailureKind::kUnavailable:
      return !options_.once && !options_.migrate;
    case FailureKind::kTaken:
      return had_lock_ || tries_ < kTriesForLock;
    default:
      return false;
  }
}

Failure Sink::Follow() {
  if (auto failure = database_.Open()) {
    return failure;
  }
  had_lock_ = true;
  if (options_.migrate) {
    return {};
  }
  Position position;
  if (auto failure = Begin(position)) {
    return failure;
  }
  while (!done_) {
    if (auto failure = feed_.Next(update_)) {
      return failure;
    }
    if (auto failure = Take(position)) {
      return failure;
    }
  }
  return {};
}

Failure Sink::Begin(Position& position) {
  rows_.clear();
  if (reset_) {
    empty_first_ = true;
    if (auto failure = Flush(nullptr)) {
      return failure;
    }
    reset_ = false;
    spdlog::info(
        fmt::runtime(Say({"emptied the tables in schema \"{}\"", "已清空模式“{}”中的数据表"})),
        options_.schema);
  }
  if (auto failure = database_.ReadPosition(position)) {
    return failure;
  }
  empty_first_ = position.cursor.empty();
  const std::string from = std::to_string(position.log_size);
  const Text where = empty_first_ ? Text("from the beginning", "从头开始")
                                  : Text("from log size " + from, "从日志长度 " + from + " 开始");
  spdlog::info(
      fmt::runtime(Say({"following {} into schema \"{}\" {}", "跟踪 {}，写入模式“{}”，{}"})),
      options_.server, options_.schema, where.In(options_.language));
  return feed_.Open(position.cursor);
}

Failure Sink::Take(Position& position) {
  Position& told = update_.position;
  if (!position.log_id.empty() && told.log_id != position.log_id) {
    return {
        FailureKind::kFailed,
        {"the node at " + options_.server +
             " sent the counts of another log than those in the "
             "tables; nothing of them was written",
         "节点 " + options_.server + " 发来的统计属于另一份日志，与数据表不同，未写入任何内容"}};
  }
  position.log_id = told.log_id;
  rows_.insert(rows_.end(), std::make_move_iterator(update_.rows.begin()),
               std::make_move_iterator(update_.rows.end()));
  const bool ends_round = !told.cursor.empty();
  if (!ends_round && rows_.size() < kMostRows) {
    return {};
  }
  if (auto failure = Flush(ends_round ? &told : nullptr)) {
    return failure;
  }
  if (ends_round) {
    spdlog::log(caught_up_ ? spdlog::level::debug : spdlog::level::info,
                fmt::runtime(Say({"up to date with log size {}, {} rows written",
                                  "已同步至日志长度 {}，写入 {} 行"})),
                told.log_size, std::exchange(rows_written_, 0));
    caught_up_ = true;
    done_ = options_.once;
  }
  return {};
}

Failure Sink::Flush(const Position* position) {
  if (auto failure = database_.Write({empty_first_, rows_, position, options_.server})) {
    return failure;
  }
  rows_written_ += rows_.size();
  empty_first_ = false;
  written_ = true;
  rows_.clear();
  return {};
}

}  // namespace idnode::sink
