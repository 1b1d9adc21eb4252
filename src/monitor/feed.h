// Statistics.Watch, whatever door it came in by: every row of the counts view that changed since a
// cursor, then whatever changes.
//
// A round brings a receiver from the log as it knows it to the log as it is now. All its rows come
// from one snapshot, in messages of bounded size; the last message carries the cursor, so whatever
// breaks in between, the receiver begins the round anew. A row is sent once in a round, however
// often it has changed. Which rows have changed is found in one of two ways:
//
//   near  the receiver is a few entries behind: the prefix and day of each leaf since
//   far   otherwise, also without a cursor: every prefix with an entry since, and of these the days
//         from the first missed entry on, for time never goes back in a log
//
// So a round costs entries or prefixes, whichever are few, and its memory is that of one message.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "idnode/v1/statistics.pb.h"
#include "monitor/counts_reader.h"
#include "monitor/feed_cursor.h"
#include "registry/principal.h"
#include "registry/problem.h"
#include "store/engine.h"

namespace idnode::monitor {

// What one receiver is sent. One thread at a time.
class Feed {
 public:
  struct Options {
    std::size_t rows = 500;    // of a message; each has at most a few hundred octets
    ledger::Seq near = 1'000;  // entries that are read one by one
  };

  // Goes on from `cursor`; empty, or of a token that could see other prefixes: all rows. `store`
  // must outlive the feed. Problems: cursor_malformed; cursor_foreign, of another log, or of
  // entries that this log no longer has; permission_denied, and those of the store.
  static std::variant<std::unique_ptr<Feed>, registry::Problem> Open(const store::Engine& store,
                                                                     registry::Principal principal,
                                                                     std::string_view cursor,
                                                                     const Options& options);
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  ~Feed();

  // The next message; none if the receiver knows everything: wait until the log is longer than
  // seq() (FeedHub). The first round ends in a message even if nothing changed. An empty log has no
  // id yet and so no cursor: no message. Reads the store; holds a snapshot from the first message
  // of a round to its last. Whether the token still counts is the caller's to ask. Problems: those
  // of the store; the feed is then at its end.
  std::variant<std::optional<v1::WatchResponse>, registry::Problem> Next();

  // The entries below are in what was sent.
  ledger::Seq seq() const noexcept { return seq_; }

 private:
  class Round;

  Feed(const store::Engine& store, registry::Principal principal, const Options& options);

  Status Resume(std::string_view octets);
  Result<bool> Begin();

  const store::Engine& store_;
  const registry::Principal principal_;
  const registry::Reach reach_;  // of the principal
  const Options options_;
  ledger::Seq seq_ = 0;
  bool greeted_ = false;          // the first round is over
  std::unique_ptr<Round> round_;  // the one under way
};

}  // namespace idnode::monitor
