// The loop between the two sides: reads the feed, writes the tables, and begins again after a
// break.
//
// What the tables hold at any moment: every row as it was at some commit of the node; and once
// `feed` has its row, all entries below its log_size. The cursor moves only in the transaction that
// has the last rows before it, so after any break the feed goes on from what is really stored. A
// round of more than kMostRows is written in pieces, and the cursor moves with the last one: rows
// are absolute. Without a cursor the first piece also empties the tables, so that no row of another
// log stays.
#pragma once

#include <cstddef>
#include <stop_token>

#include "database.h"
#include "feed.h"
#include "options.h"

namespace idnode::sink {

inline constexpr std::size_t kMostRows = 20'000;  // in memory, but for those of one message

class Sink {
 public:
  // `options` must outlive the sink.
  Sink(const Options& options, std::stop_token stop);

  // Follows the feed until the stop is requested (or once, or only migrates, as the options say).
  // Returns the exit code; what went wrong is in the log.
  int Run();

 private:
  const char* Say(const Words& words) const noexcept { return words.In(options_.language); }

  Failure Follow();
  Failure Begin(Position& position);
  Failure Take(Position& position);
  Failure Flush(const Position* position);
  bool Retries(const Failure& failure);

  const Options& options_;
  const std::stop_token stop_;
  Database database_;
  Feed feed_;

  bool empty_first_ = false;  // the next write throws away what is there
  bool reset_ = false;        // still to do
  bool written_ = false;      // something since the last failure: the next wait is short again
  bool had_lock_ = false;     // once
  bool caught_up_ = false;    // once
  bool done_ = false;         // caught up, and that was all we wanted
  int tries_ = 0;             // failed one after the other
  std::size_t rows_written_ = 0;
  Update update_;               // buffers, reused
  std::vector<CountRow> rows_;  // of the round, not yet written
};

}  // namespace idnode::sink
