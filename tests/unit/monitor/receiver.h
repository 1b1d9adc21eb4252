// The receiving end of the feed, as simple as can be: it writes rows over older ones and keeps the
// cursor.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "idnode/v1/statistics.pb.h"
#include "monitor/history.h"

namespace idnode::monitor {

struct Receiver {
  Rows rows;
  std::string cursor;
  std::size_t log_size = 0;

  // True when the message ended a round.
  bool Take(const v1::WatchResponse& message) {
    for (const auto& row : message.rows()) {
      EXPECT_GT(row.channels_size(), 0);
      for (const auto& channel : row.channels()) {
        const v1::Counts& counts = channel.counts();
        const Four four = {static_cast<std::int64_t>(counts.created()),
                           static_cast<std::int64_t>(counts.recreated()),
                           static_cast<std::int64_t>(counts.updated()),
                           static_cast<std::int64_t>(counts.deleted())};
        EXPECT_EQ(counts.active(), ActiveOf(four));
        rows[{row.prefix(), row.day(), channel.channel()}] = four;
      }
    }
    EXPECT_EQ(message.log_id().size(), 32U);
    if (message.cursor().empty()) return false;
    cursor = message.cursor();
    log_size = message.log_size();
    return true;
  }
};

}  // namespace idnode::monitor
