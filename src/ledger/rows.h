// The rows of the views: keys, values, and what they mean. Every value ends in a CRC-32C
// (sealed.h). Integers are big-endian.
//
// records     key: of the identifier (handle/fold.h)
//   octets  field
//   0       version, 1
//   1-8     seq of the last entry
//   9       state: flags: 0x01 tombstone, 0x02 every value is public, 0x04 some value is secret,
//                  0x08 the first spelling differs from the key
//   -       if so: 2 octets of length, and the first spelling
//   -       values in wire form: a count of 4 octets, then the values, as an answer carries them
//
// control     key: an octet that says what kind of object, then its name
//   0       version, 1
//   1-8     seq of the last entry
//   9-      state: the object, a message of proto/idnode/stored
//
// counts      key "t" prefix: the tip of a prefix. The prefix "" has one, for the control objects
//   0       version, 1
//   1-8     seq of its last entry
//   9       n, channels that have counted anything, then for each, in the order of their numbers:
//           the channel (1 octet), created, re-created, updated, deleted (8 octets each)
//             key "d" prefix 0x00 (2^32-1 - day - 2^31): the counts at the end of a day, newest
//             first
//   0       version, 1
//   1       as from octet 9 of the tip
//
// requests    key: actor, request id (the last 16 octets)
//   0       version, 1
//   1-8     seq of the entry that it made
//   9-40    SHA-256 of the request
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/day.h"
#include "base/result.h"
#include "ledger/entry.h"

namespace idnode::ledger {

// --- records and control objects ---

inline constexpr std::uint8_t kTombstone = 0x01;
inline constexpr std::uint8_t kAllPublic = 0x02;
inline constexpr std::uint8_t kSomeSecret = 0x04;
inline constexpr std::uint8_t kSpelt = 0x08;

// The state of a record: what its entry carries, and its row behind the seq.
struct RecordState {
  std::uint8_t flags = 0;
  std::string_view spelling;  // the first one; empty if it is the key
  std::string_view values;    // count and values in wire form
  bool tombstone() const noexcept { return (flags & kTombstone) != 0; }
};

// kSpelt is set or cleared here, as `spelling` is there or not.
std::string EncodeRecordState(const RecordState& state);

// Views into `state`. Errors: kCorrupt.
Result<RecordState> DecodeRecordState(std::string_view state) noexcept;

// A row of family records or control.
struct StateRow {
  Seq seq = kNoSeq;
  std::string_view state;  // a view into what was decoded
};
std::string EncodeStateRow(Seq seq, std::string_view state);
// Errors: kCorrupt.
Result<StateRow> DecodeStateRow(std::string_view value) noexcept;

// --- counts ---

// Totals by channel, and their sum. A value.
class ChannelTotals {
 public:
  Totals& operator[](Channel channel) noexcept { return totals_[Index(channel)]; }
  const Totals& operator[](Channel channel) const noexcept { return totals_[Index(channel)]; }
  Totals Sum() const noexcept;
  ChannelTotals& operator+=(const ChannelTotals& other) noexcept;
  ChannelTotals& operator-=(const ChannelTotals& other) noexcept;
  friend bool operator==(const ChannelTotals&, const ChannelTotals&) = default;

 private:
  static std::size_t Index(Channel channel) noexcept {
    return static_cast<std::size_t>(channel) - 1;
  }
  std::array<Totals, kChannels> totals_{};
};

struct Tip {
  Seq seq = kNoSeq;
  ChannelTotals totals;
  friend bool operator==(const Tip&, const Tip&) = default;
};

std::string TipKey(std::string_view prefix);
std::string EncodeTip(const Tip& tip);
Result<Tip> DecodeTip(std::string_view value) noexcept;  // kCorrupt

std::string DayKey(std::string_view prefix, Day day);
std::string EncodeDay(const ChannelTotals& totals);
Result<ChannelTotals> DecodeDay(std::string_view value) noexcept;  // kCorrupt

// What a key of family counts says. Errors: kCorrupt, no such key is ever written.
struct CountsKey {
  bool is_day = false;      // or a tip
  std::string_view prefix;  // a view into the key
  Day day;
};
Result<CountsKey> DecodeCountsKey(std::string_view key) noexcept;

// --- requests ---

struct RequestRow {
  Seq seq = kNoSeq;
  Hash digest{};
  friend bool operator==(const RequestRow&, const RequestRow&) = default;
};
std::string RequestKey(std::string_view actor, const RequestId& id);
std::string EncodeRequestRow(const RequestRow& row);
Result<RequestRow> DecodeRequestRow(std::string_view value) noexcept;  // kCorrupt

}  // namespace idnode::ledger
