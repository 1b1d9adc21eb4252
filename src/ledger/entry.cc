#include "ledger/entry.h"

#include <algorithm>

#include "base/reader.h"
#include "base/writer.h"

namespace idnode::ledger {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kHasExpectedSeq = 0x01;
constexpr std::uint8_t kCaseSensitive = 0x02;
constexpr std::uint8_t kKnownFlags = kHasExpectedSeq | kCaseSensitive;

template <std::size_t kSize>
std::array<std::uint8_t, kSize> ReadArray(Reader& in, const char* field) noexcept {
  std::array<std::uint8_t, kSize> out{};
  const Bytes octets = in.Raw(kSize, field);
  std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

}  // namespace

std::string_view ChannelName(Channel channel) noexcept {
  constexpr std::array<std::string_view, kChannels> kNames = {"grpc", "stream", "import", "handle",
                                                              "http"};
  return kNames[static_cast<std::size_t>(channel) - 1];
}

bool IsKnown(EntryKind kind) noexcept {
  switch (kind) {
    case EntryKind::kCreated:
    case EntryKind::kRecreated:
    case EntryKind::kUpdated:
    case EntryKind::kDeleted:
    case EntryKind::kPayloadErased:
    case EntryKind::kPrefixPut:
    case EntryKind::kTokenPut:
    case EntryKind::kClockAccepted:
    case EntryKind::kTokenRevoked:
      return true;
  }
  return false;
}

void Totals::Count(EntryKind kind) noexcept {
  if (kind == EntryKind::kCreated) ++created;
  if (kind == EntryKind::kRecreated) ++recreated;
  if (kind == EntryKind::kUpdated) ++updated;
  if (kind == EntryKind::kDeleted) ++deleted;
}

Totals& Totals::operator+=(const Totals& other) noexcept {
  created += other.created;
  recreated += other.recreated;
  updated += other.updated;
  deleted += other.deleted;
  return *this;
}

Totals& Totals::operator-=(const Totals& other) noexcept {
  created -= other.created;
  recreated -= other.recreated;
  updated -= other.updated;
  deleted -= other.deleted;
  return *this;
}

std::string EncodeLeaf(const Leaf& leaf) {
  std::string out;
  out.reserve(104 + leaf.prefix.size() + 4);  // and room for the CRC
  TextWriter writer(out);
  writer.U8(kVersion);
  writer.U32(leaf.shard);
  writer.U64(leaf.seq);
  writer.U64(static_cast<std::uint64_t>(leaf.time_ms));
  writer.U8(static_cast<std::uint8_t>(leaf.kind));
  writer.U8(static_cast<std::uint8_t>(leaf.channel));
  writer.U64(leaf.totals.created);
  writer.U64(leaf.totals.recreated);
  writer.U64(leaf.totals.updated);
  writer.U64(leaf.totals.deleted);
  writer.U64(leaf.prev);
  writer.U64(leaf.prev_in_prefix);
  writer.Raw(leaf.commitment);
  writer.U8(static_cast<std::uint8_t>(leaf.prefix.size()));
  writer.Raw(AsBytes(leaf.prefix));
  return out;
}

Result<Leaf> DecodeLeaf(std::string_view octets) {
  Reader in(AsBytes(octets));
  Leaf leaf;
  if (in.U8("leaf version") != kVersion) in.Fail(Errc::kMalformed, "leaf version");
  leaf.shard = in.U32("shard");
  leaf.seq = in.U64("seq");
  leaf.time_ms = static_cast<std::int64_t>(in.U64("time"));
  leaf.kind = static_cast<EntryKind>(in.U8("kind"));
  if (!IsKnown(leaf.kind)) in.Fail(Errc::kMalformed, "kind");
  const std::uint8_t channel = in.U8("channel");
  if (channel < 1 || channel > kChannels) in.Fail(Errc::kMalformed, "channel");
  leaf.channel = static_cast<Channel>(channel);
  leaf.totals.created = in.U64("created");
  leaf.totals.recreated = in.U64("re-created");
  leaf.totals.updated = in.U64("updated");
  leaf.totals.deleted = in.U64("deleted");
  leaf.prev = in.U64("prev");
  leaf.prev_in_prefix = in.U64("prev in prefix");
  leaf.commitment = ReadArray<32>(in, "commitment");
  const std::size_t size = in.U8("prefix length");
  if (size > kMaxPrefix) in.Fail(Errc::kTooLarge, "prefix length");
  leaf.prefix = AsText(in.Raw(size, "prefix"));
  if (in.ok() && in.remaining() != 0) in.Fail(Errc::kMalformed, "end of leaf");
  if (!in.ok()) return in.error();
  return leaf;
}

std::string EncodePayload(const Payload& payload) {
  std::string out;
  out.reserve(64 + payload.actor.size() + payload.identifier.size() + payload.state.size());
  TextWriter writer(out);
  writer.U8(kVersion);
  std::uint8_t flags = 0;
  if (payload.expected_seq.has_value()) flags |= kHasExpectedSeq;
  if (payload.case_policy == handle::CasePolicy::kSensitive) flags |= kCaseSensitive;
  writer.U8(flags);
  writer.Raw(payload.salt);
  writer.Raw(payload.request_id);
  writer.U8(static_cast<std::uint8_t>(payload.actor.size()));
  writer.Raw(AsBytes(payload.actor));
  if (payload.expected_seq.has_value()) writer.U64(*payload.expected_seq);
  writer.U16(static_cast<std::uint16_t>(payload.identifier.size()));
  writer.Raw(AsBytes(payload.identifier));
  writer.Raw(AsBytes(payload.state));
  return out;
}

Result<Payload> DecodePayload(std::string_view octets) {
  Reader in(AsBytes(octets));
  Payload payload;
  if (in.U8("payload version") != kVersion) in.Fail(Errc::kMalformed, "payload version");
  const std::uint8_t flags = in.U8("payload flags");
  if ((flags & ~kKnownFlags) != 0) in.Fail(Errc::kMalformed, "payload flags");
  payload.salt = ReadArray<16>(in, "salt");
  payload.request_id = ReadArray<16>(in, "request id");
  payload.actor = AsText(in.Raw(in.U8("actor length"), "actor"));
  if ((flags & kHasExpectedSeq) != 0) payload.expected_seq = in.U64("expected seq");
  if ((flags & kCaseSensitive) != 0) payload.case_policy = handle::CasePolicy::kSensitive;
  payload.identifier = AsText(in.Raw(in.U16("identifier length"), "identifier"));
  payload.state = AsText(in.Raw(in.remaining(), "state"));
  if (!in.ok()) return in.error();
  return payload;
}

Hash LeafHash(std::string_view leaf) noexcept {
  const std::array<std::uint8_t, 1> tag = {0x00};
  return crypto::Sha256({tag, AsBytes(leaf)});
}

Hash Commitment(std::string_view payload) noexcept {
  const std::array<std::uint8_t, 1> tag = {0x10};
  return crypto::Sha256({tag, AsBytes(payload)});
}

std::string SeqKey(Seq seq) {
  std::string key;
  TextWriter(key).U64(seq);
  return key;
}

Result<Seq> SeqOfKey(std::string_view key) noexcept {
  Reader in(AsBytes(key));
  const Seq seq = in.U64("seq key");
  if (in.ok() && in.remaining() != 0) in.Fail(Errc::kMalformed, "seq key");
  if (!in.ok()) return in.error();
  return seq;
}

}  // namespace idnode::ledger
