// Statistics.Watch: a receiver of the feed. It is served on the door's feeder thread, when the hub
// says that the log has grown, or when the client has taken the message before; and with every
// tick, for the token may have ended while there was nothing to say.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "idnode/v1/statistics.pb.h"
#include "monitor/feed.h"
#include "monitor/feed_hub.h"
#include "serve/grpc/door.h"
#include "serve/grpc/write_deadline.h"

namespace idnode::serve {

// Deletes itself when the call has ended.
class FeedStream final : public grpc::ServerWriteReactor<v1::WatchResponse>, public Call {
 public:
  FeedStream(Door& door, grpc::CallbackServerContext& context, std::string cursor);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void Wake() override { PostTurn(); }
  void Tick() override { PostTurn(); }

 private:
  std::optional<registry::Problem> Admit();
  void PostTurn();
  // The feeder thread.
  void Turn();
  bool Finishing();
  void Serve();

  Door& door_;
  grpc::CallbackServerContext& context_;
  const std::string cursor_;
  bool admitted_ = false;  // counted among the door's watchers; set before it is served

  // The feeder thread's.
  std::unique_ptr<monitor::Feed> feed_;
  monitor::FeedHub::Waiting waiting_;
  std::optional<registry::Problem> problem_;  // with which the call ends
  v1::WatchResponse response_;                // of the write under way

  // Under the mutex.
  std::mutex mutex_;
  bool writing_ = false;
  WriteDeadline write_deadline_;
  bool broken_ = false;       // the client hears no more
  bool turn_posted_ = false;  // Turn() is about to be called
  bool serving_ = false;      // let in, and not yet finished: only then are there turns
};

}  // namespace idnode::serve
