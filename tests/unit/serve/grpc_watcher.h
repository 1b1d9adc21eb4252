// A client of Statistics.Watch.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "grpc_fixture.h"
#include "idnode/v1/statistics.grpc.pb.h"

namespace idnode::serve {

// A receiver: what it has been told, "prefix day" to the created and active of the channel gRPC.
class Watcher {
 public:
  using Rows = std::map<std::string, std::pair<std::uint64_t, std::int64_t>>;

  Watcher(v1::Statistics::Stub& stub, const std::string& secret, const std::string& from = {}) {
    if (!secret.empty()) context_.AddMetadata("authorization", "Bearer " + secret);
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    v1::WatchRequest request;
    request.set_cursor(from);
    stream_ = stub.Watch(&context_, request);
  }
  ~Watcher() {
    context_.TryCancel();
    if (!finished_) (void)stream_->Finish();
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Reads until a round ends. False: the call ended.
  bool ReadRound() {
    rows.clear();
    do {
      if (!stream_->Read(&message)) return false;
      for (const auto& row : message.rows()) {
        for (const auto& channel : row.channels()) {
          EXPECT_EQ(channel.channel(), v1::CHANNEL_GRPC);
          rows[row.prefix() + " " + row.day()] = {channel.counts().created(),
                                                  channel.counts().active()};
        }
      }
    } while (message.cursor().empty());
    cursor = message.cursor();
    return true;
  }

  // Reads on to the end of the call; the code of its problem, "(none)" without one.
  std::string Finish(grpc::StatusCode expected) {
    while (stream_->Read(&message)) {
    }
    const grpc::Status status = stream_->Finish();
    finished_ = true;
    EXPECT_EQ(status.error_code(), expected) << status.error_message();
    const std::string code = ProblemOf(context_).code();
    return code.empty() ? "(none)" : code;
  }

  void Cancel() { context_.TryCancel(); }
  // Reads one message, which may be in the middle of a round.
  bool ReadMessage() { return stream_->Read(&message); }

  Rows rows;           // of the last round
  std::string cursor;  // of the last round
  v1::WatchResponse message;

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> stream_;
  bool finished_ = false;
};

}  // namespace idnode::serve
