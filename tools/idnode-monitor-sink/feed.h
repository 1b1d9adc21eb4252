// The node's side: one call of Statistics.Watch at a time. All of gRPC is behind this header.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "counts.h"
#include "failure.h"
#include "options.h"

namespace idnode::sink {

class Feed {
 public:
  // A requested stop ends a call under way: Next() then fails. `options` must outlive the feed.
  Feed(const Options& options, std::stop_token stop);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  // Begins a new call that goes on from the cursor; an empty one means all rows. Ends the one
  // before. Says nothing about the node yet: the first Next() does.
  Failure Open(const std::string& cursor);

  // Waits for the next message, for as long as nothing changes at the node. After a failure:
  // Open().
  Failure Next(Update& update);

  // Ends the call, if there is one.
  void Close() noexcept;

 private:
  struct Call;

  const Options& options_;
  const std::stop_token stop_;
  std::unique_ptr<Call> call_;
};

}  // namespace idnode::sink
