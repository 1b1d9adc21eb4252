// Where a receiver of the feed goes on.
//
//   octets  field
//   0       version, 2
//   1-32    log id (ledger::ReadLogId)
//   33-40   seq: the entries below it are in the receiver's rows
//   41-56   the first half of the leaf hash of the last of them
//   57-64   reach: what its token could see (registry::ReachOf)
//   65-68   CRC-32C of all before
//
// The leaf hash finds out a log that was put back to an older state and has grown differently
// since: its id is the same, and its entries are not those that the receiver has counted. The reach
// finds out a receiver that may see more by now: older rows of what it could not see before are
// news to it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ledger/entry.h"
#include "registry/principal.h"

namespace idnode::monitor {

struct FeedCursor {
  ledger::Hash log_id{};
  ledger::Seq seq = 0;
  std::array<std::uint8_t, 16> last{};
  registry::Reach reach{};

  friend bool operator==(const FeedCursor&, const FeedCursor&) = default;
};

inline constexpr std::size_t kFeedCursorSize = 69;  // octets

std::string EncodeFeedCursor(const FeedCursor& cursor);

// Errors: kMalformed.
Result<FeedCursor> DecodeFeedCursor(std::string_view octets) noexcept;

}  // namespace idnode::monitor
