// An entry: one change, appended to the log. Two parts, committed together.
//
// Leaf: public, permanent; what the Merkle tree is made of. Reveals prefixes and volumes, never
// identifiers or values. Stored in family leaf under the seq (8 octets), followed by a CRC-32C:
//
//   octets   field
//   0        layout version, 1
//   1-4      shard
//   5-12     seq
//   13-20    time, ms since 1970 UTC; never less than that of the entry before
//   21       kind
//   22       channel
//   23-54    running totals of the prefix in this shard, this entry included: created, re-created,
//            updated, deleted, 8 octets each; zero for control objects
//   55-62    prev: seq of the previous entry of the same identifier or control object
//   63-70    prev_in_prefix: seq of the previous entry of the same prefix
//   71-102   commitment: SHA-256(0x10 || payload)
//   103      n, octets of the prefix
//   104-     prefix, folded; empty for control objects
//
// Payload: private. Stored in family payload under the seq, followed by a CRC-32C:
//
//   octets   field
//   0        layout version, 1
//   1        flags: 0x01 there is an expected seq; 0x02 the suffix is case-sensitive
//   2-17     salt, random
//   18-33    request id
//   34       n, octets of the actor
//   35-      actor
//   8        expected seq, if the flag says so
//   2        n, octets of the identifier
//   -        identifier as it was spelt; for a control object its key
//   rest     state after the change: what rows.h calls the state of a record or a control object
//
// Integers are big-endian. "None" is 2^64-1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/digest.h"
#include "handle/fold.h"

namespace idnode::ledger {

using Hash = crypto::Sha256Digest;
using Seq = std::uint64_t;
inline constexpr Seq kNoSeq = ~Seq{0};

using RequestId = std::array<std::uint8_t, 16>;

// The numbers are on disk.
enum class EntryKind : std::uint8_t {
  kCreated = 1,
  kRecreated = 2,  // created again after a deletion
  kUpdated = 3,
  kDeleted = 4,
  kPayloadErased = 5,  // about an identifier; leaves its totals alone
  kPrefixPut = 32,
  kTokenPut = 33,
  kClockAccepted = 34,
  kTokenRevoked = 35,
};
bool IsKnown(EntryKind kind) noexcept;

// About an object of the control family rather than an identifier.
constexpr bool IsControl(EntryKind kind) noexcept { return static_cast<std::uint8_t>(kind) >= 32; }

// By which door a change came in. The numbers are on disk.
enum class Channel : std::uint8_t { kGrpc = 1, kStream = 2, kImport = 3, kHandle = 4, kHttp = 5 };
inline constexpr std::size_t kChannels = 5;
std::string_view ChannelName(Channel channel) noexcept;  // "grpc"

// Who made a change: an octet that says what kind of somebody, and their name among those.
using Actor = std::string;
inline constexpr std::size_t kMaxActor = 255;  // octets: its length is one octet
inline constexpr char kActorNode = 0;          // the node itself; no name
inline constexpr char kActorToken = 1;         // the token's id, 8 octets

// How often things of each kind happened.
struct Totals {
  std::uint64_t created = 0;
  std::uint64_t recreated = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;

  // Counts one entry. Kinds that are not about identifiers' coming and going count as nothing.
  void Count(EntryKind kind) noexcept;
  Totals& operator+=(const Totals& other) noexcept;
  Totals& operator-=(const Totals& other) noexcept;

  // Identifiers that exist. Signed, for it may also be the change over a period.
  std::int64_t active() const noexcept {
    return static_cast<std::int64_t>(created + recreated - deleted);
  }

  friend bool operator==(const Totals&, const Totals&) = default;
};

struct Leaf {
  std::uint32_t shard = 0;
  Seq seq = 0;
  std::int64_t time_ms = 0;
  EntryKind kind = EntryKind::kCreated;
  Channel channel = Channel::kGrpc;
  Totals totals;
  Seq prev = kNoSeq;
  Seq prev_in_prefix = kNoSeq;
  Hash commitment{};
  std::string prefix;

  friend bool operator==(const Leaf&, const Leaf&) = default;
};

struct Payload {
  std::array<std::uint8_t, 16> salt{};
  RequestId request_id{};
  Actor actor;
  std::optional<Seq> expected_seq;
  handle::CasePolicy case_policy = handle::CasePolicy::kFold;
  std::string identifier;
  std::string state;

  friend bool operator==(const Payload&, const Payload&) = default;
};

struct Entry {
  Leaf leaf;
  Payload payload;
};

inline constexpr std::size_t kMaxPrefix = 64;          // octets
inline constexpr std::size_t kMaxIdentifier = 65'535;  // octets: its length is two octets

// The octets above, without the CRC.
std::string EncodeLeaf(const Leaf& leaf);
std::string EncodePayload(const Payload& payload);

// Errors: kTruncated, kMalformed (a version, kind or channel that is not known; octets behind the
// end of a leaf), kTooLarge.
Result<Leaf> DecodeLeaf(std::string_view octets);
Result<Payload> DecodePayload(std::string_view octets);

// SHA-256(0x00 || leaf): what the tree holds (RFC 9162, section 2.1.1).
Hash LeafHash(std::string_view leaf) noexcept;

// SHA-256(0x10 || payload).
Hash Commitment(std::string_view payload) noexcept;

// Keys of families leaf and payload: 8 octets, so that their order is the log's.
std::string SeqKey(Seq seq);
Result<Seq> SeqOfKey(std::string_view key) noexcept;

}  // namespace idnode::ledger
