#include "ledger/rows.h"

#include <algorithm>
#include <limits>

#include "base/reader.h"
#include "base/writer.h"
#include "ledger/sealed.h"

namespace idnode::ledger {
namespace {

constexpr std::uint8_t kRowVersion = 1;
constexpr std::uint8_t kRecordFlags = kTombstone | kAllPublic | kSomeSecret | kSpelt;
constexpr char kTipTag = 't';
constexpr char kDayTag = 'd';

Error Corrupt(const Reader& in) noexcept {
  return {Errc::kCorrupt, static_cast<std::uint32_t>(in.offset()), in.error().what};
}

void WriteTotals(TextWriter& writer, const ChannelTotals& totals) {
  std::uint8_t count = 0;
  for (std::uint8_t i = 1; i <= kChannels; ++i) {
    if (totals[static_cast<Channel>(i)] != Totals{}) ++count;
  }
  writer.U8(count);
  for (std::uint8_t i = 1; i <= kChannels; ++i) {
    const Totals& one = totals[static_cast<Channel>(i)];
    if (one == Totals{}) continue;
    writer.U8(i);
    writer.U64(one.created);
    writer.U64(one.recreated);
    writer.U64(one.updated);
    writer.U64(one.deleted);
  }
}

// What WriteTotals() writes is the only spelling: channels ascend and none is zero.
ChannelTotals ReadTotals(Reader& in) noexcept {
  ChannelTotals totals;
  std::uint8_t last = 0;
  for (std::uint8_t left = in.U8("channels"); left > 0 && in.ok(); --left) {
    const std::uint8_t channel = in.U8("channel");
    Totals one;
    one.created = in.U64("created");
    one.recreated = in.U64("re-created");
    one.updated = in.U64("updated");
    one.deleted = in.U64("deleted");
    if (channel <= last || channel > kChannels || one == Totals{}) {
      in.Fail(Errc::kCorrupt, "channel");
      break;
    }
    totals[static_cast<Channel>(channel)] = one;
    last = channel;
  }
  return totals;
}

// The octets of a row behind its version.
Result<std::string_view> OpenRow(std::string_view value) noexcept {
  const Result<std::string_view> octets = Unseal(value);
  if (!octets.ok()) return octets.error();
  if (octets.value().empty() || octets.value().front() != static_cast<char>(kRowVersion)) {
    return Error{Errc::kCorrupt, 0, "row version"};
  }
  return octets.value().substr(1);
}

// Order of days, newest first, in the order of unsigned octets.
std::uint32_t DayOrder(Day day) noexcept {
  return std::numeric_limits<std::uint32_t>::max() -
         (static_cast<std::uint32_t>(day.number()) ^ 0x8000'0000U);
}

}  // namespace

std::string EncodeRecordState(const RecordState& state) {
  std::string out;
  out.reserve(3 + state.spelling.size() + state.values.size());
  TextWriter writer(out);
  if (state.spelling.empty()) {
    writer.U8(static_cast<std::uint8_t>(state.flags & ~kSpelt));
  } else {
    writer.U8(static_cast<std::uint8_t>(state.flags | kSpelt));
    writer.U16(static_cast<std::uint16_t>(state.spelling.size()));
    writer.Raw(AsBytes(state.spelling));
  }
  writer.Raw(AsBytes(state.values));
  return out;
}

Result<RecordState> DecodeRecordState(std::string_view state) noexcept {
  Reader in(AsBytes(state));
  RecordState out;
  out.flags = in.U8("record flags");
  if ((out.flags & ~kRecordFlags) != 0) in.Fail(Errc::kCorrupt, "record flags");
  if ((out.flags & kSpelt) != 0) {
    const std::size_t size = in.U16("spelling");
    if (size == 0) in.Fail(Errc::kCorrupt, "spelling");
    out.spelling = AsText(in.Raw(size, "spelling"));
  }
  out.values = AsText(in.Raw(in.remaining(), "values"));
  if (in.ok() && out.values.size() < 4) in.Fail(Errc::kCorrupt, "values");
  if (!in.ok()) return Corrupt(in);
  return out;
}

std::string EncodeStateRow(Seq seq, std::string_view state) {
  std::string out;
  out.reserve(9 + state.size() + kSealSize);
  TextWriter writer(out);
  writer.U8(kRowVersion);
  writer.U64(seq);
  writer.Raw(AsBytes(state));
  Seal(out);
  return out;
}

Result<StateRow> DecodeStateRow(std::string_view value) noexcept {
  const Result<std::string_view> octets = OpenRow(value);
  if (!octets.ok()) return octets.error();
  Reader in(AsBytes(octets.value()));
  StateRow row;
  row.seq = in.U64("seq");
  row.state = AsText(in.Raw(in.remaining(), "state"));
  if (!in.ok()) return Corrupt(in);
  return row;
}

Totals ChannelTotals::Sum() const noexcept {
  Totals sum;
  for (const Totals& one : totals_) sum += one;
  return sum;
}

ChannelTotals& ChannelTotals::operator+=(const ChannelTotals& other) noexcept {
  for (std::size_t i = 0; i < kChannels; ++i) totals_[i] += other.totals_[i];
  return *this;
}

ChannelTotals& ChannelTotals::operator-=(const ChannelTotals& other) noexcept {
  for (std::size_t i = 0; i < kChannels; ++i) totals_[i] -= other.totals_[i];
  return *this;
}

std::string TipKey(std::string_view prefix) { return kTipTag + std::string(prefix); }

std::string EncodeTip(const Tip& tip) {
  std::string out;
  TextWriter writer(out);
  writer.U8(kRowVersion);
  writer.U64(tip.seq);
  WriteTotals(writer, tip.totals);
  Seal(out);
  return out;
}

Result<Tip> DecodeTip(std::string_view value) noexcept {
  const Result<std::string_view> octets = OpenRow(value);
  if (!octets.ok()) return octets.error();
  Reader in(AsBytes(octets.value()));
  Tip tip;
  tip.seq = in.U64("seq");
  tip.totals = ReadTotals(in);
  if (in.ok() && in.remaining() != 0) in.Fail(Errc::kCorrupt, "end of tip");
  if (!in.ok()) return Corrupt(in);
  return tip;
}

std::string DayKey(std::string_view prefix, Day day) {
  std::string key;
  key.reserve(prefix.size() + 6);
  TextWriter writer(key);
  writer.U8(kDayTag);
  writer.Raw(AsBytes(prefix));
  writer.U8(0);
  writer.U32(DayOrder(day));
  return key;
}

std::string EncodeDay(const ChannelTotals& totals) {
  std::string out;
  TextWriter writer(out);
  writer.U8(kRowVersion);
  WriteTotals(writer, totals);
  Seal(out);
  return out;
}

Result<ChannelTotals> DecodeDay(std::string_view value) noexcept {
  const Result<std::string_view> octets = OpenRow(value);
  if (!octets.ok()) return octets.error();
  Reader in(AsBytes(octets.value()));
  const ChannelTotals totals = ReadTotals(in);
  if (in.ok() && in.remaining() != 0) in.Fail(Errc::kCorrupt, "end of day");
  if (!in.ok()) return Corrupt(in);
  return totals;
}

Result<CountsKey> DecodeCountsKey(std::string_view key) noexcept {
  constexpr Error kNoSuchKey{Errc::kCorrupt, 0, "key of counts"};
  // Keys have no checksum, but prefixes are plain ASCII.
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7F; };
  CountsKey out;
  if (!key.empty() && key.front() == kTipTag) {
    out.prefix = key.substr(1);
    if (!std::ranges::all_of(out.prefix, is_plain)) return kNoSuchKey;
    return out;
  }
  constexpr std::size_t kBehindPrefix = 5;  // the zero and the day
  if (key.size() < 1 + kBehindPrefix || key.front() != kDayTag) return kNoSuchKey;
  out.is_day = true;
  out.prefix = key.substr(1, key.size() - 1 - kBehindPrefix);
  if (!std::ranges::all_of(out.prefix, is_plain)) return kNoSuchKey;
  Reader in(AsBytes(key.substr(1 + out.prefix.size())));
  if (in.U8("key of counts") != 0) return kNoSuchKey;
  const std::uint32_t order = in.U32("key of counts");
  const auto number =
      static_cast<std::int32_t>((std::numeric_limits<std::uint32_t>::max() - order) ^ 0x8000'0000U);
  out.day = Day(number);
  if (out.day.number() != number) return Error{Errc::kCorrupt, 0, "day of counts"};
  return out;
}

std::string RequestKey(std::string_view actor, const RequestId& id) {
  std::string key(actor);
  TextWriter(key).Raw(id);
  return key;
}

std::string EncodeRequestRow(const RequestRow& row) {
  std::string out;
  TextWriter writer(out);
  writer.U8(kRowVersion);
  writer.U64(row.seq);
  writer.Raw(row.digest);
  Seal(out);
  return out;
}

Result<RequestRow> DecodeRequestRow(std::string_view value) noexcept {
  const Result<std::string_view> octets = OpenRow(value);
  if (!octets.ok()) return octets.error();
  Reader in(AsBytes(octets.value()));
  RequestRow row;
  row.seq = in.U64("seq");
  const Bytes digest = in.Raw(row.digest.size(), "digest");
  if (in.ok() && in.remaining() != 0) in.Fail(Errc::kCorrupt, "end of request row");
  if (!in.ok()) return Corrupt(in);
  std::copy(digest.begin(), digest.end(), row.digest.begin());
  return row;
}

}  // namespace idnode::ledger
