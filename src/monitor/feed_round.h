// One round of the feed: the rows that changed from one size of the log to another. See feed.h.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "idnode/v1/statistics.pb.h"
#include "monitor/counts_reader.h"
#include "monitor/feed.h"
#include "monitor/feed_cursor.h"

namespace idnode::monitor {

// The cursor behind the first `seq` entries, without a reach. Errors: the store's.
// REQUIRES: 0 < seq, and that many entries.
Result<FeedCursor> CursorAt(const store::Readable& store, ledger::Seq seq);

// One thread.
class Feed::Round {
 public:
  // From the entries below `from` to those below `to`. REQUIRES: from <= to, 0 < to; `feed`
  // outlives the round.
  static Result<std::unique_ptr<Round>> Begin(const Feed& feed,
                                              std::unique_ptr<store::Snapshot> snapshot,
                                              ledger::Seq from, ledger::Seq to);

  // The next message; the last one has the cursor. Errors: the store's; kCorrupt.
  Result<v1::WatchResponse> Next();

  ledger::Seq to() const noexcept { return to_; }

 private:
  struct Changed {
    std::string prefix;
    DayRow row;
  };

  Round(const Feed& feed, std::unique_ptr<store::Snapshot> snapshot, ledger::Seq from,
        ledger::Seq to) noexcept;

  Status FindNear();
  Status FindFar();
  Result<std::optional<Changed>> NextChanged();
  Result<std::optional<Changed>> NextNear();
  Result<std::optional<Changed>> NextFar();

  const Feed& feed_;
  const std::unique_ptr<store::Snapshot> snapshot_;
  const ledger::Seq from_;
  const ledger::Seq to_;
  FeedCursor cursor_;  // of `to`

  std::set<std::pair<std::string, Day>> near_;  // prefix, day: not yet sent

  std::optional<TipReader> tips_;  // far
  std::string prefix_;             // of days_
  std::optional<DayReader> days_;  // of the prefix that is being sent
  Day first_day_;                  // on which something was missed
};

}  // namespace idnode::monitor
