#include "monitor/feed_cursor.h"

#include <algorithm>

#include "base/reader.h"
#include "base/writer.h"
#include "ledger/sealed.h"

namespace idnode::monitor {
namespace {

constexpr std::uint8_t kVersion = 2;

}  // namespace

std::string EncodeFeedCursor(const FeedCursor& cursor) {
  std::string octets;
  octets.reserve(kFeedCursorSize);
  TextWriter writer(octets);
  writer.U8(kVersion);
  writer.Raw(cursor.log_id);
  writer.U64(cursor.seq);
  writer.Raw(cursor.last);
  writer.Raw(cursor.reach);
  ledger::Seal(octets);
  return octets;
}

Result<FeedCursor> DecodeFeedCursor(std::string_view octets) noexcept {
  const auto unsealed = ledger::Unseal(octets);
  if (!unsealed.ok() || octets.size() != kFeedCursorSize) {
    return Error{Errc::kMalformed, 0, "cursor"};
  }
  Reader in(AsBytes(unsealed.value()));
  const std::uint8_t version = in.U8("version");
  const Bytes log_id = in.Raw(sizeof(FeedCursor::log_id), "log id");
  FeedCursor cursor;
  cursor.seq = in.U64("seq");
  const Bytes last = in.Raw(sizeof(FeedCursor::last), "last leaf");
  const Bytes reach = in.Raw(sizeof(FeedCursor::reach), "reach");
  if (!in.ok() || version != kVersion || cursor.seq == 0) {
    return Error{Errc::kMalformed, 0, "cursor"};
  }
  std::copy(log_id.begin(), log_id.end(), cursor.log_id.begin());
  std::copy(last.begin(), last.end(), cursor.last.begin());
  std::copy(reach.begin(), reach.end(), cursor.reach.begin());
  return cursor;
}

}  // namespace idnode::monitor
