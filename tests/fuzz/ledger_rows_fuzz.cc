// A row of a view that decodes must encode to the octets it was decoded from. The first octet of
// the input says which kind of row; a value gets a right checksum, or no mutation would come past
// it.
#include <cstdlib>
#include <string>
#include <string_view>

#include "ledger/clock_rule.h"
#include "ledger/rows.h"
#include "ledger/sealed.h"

namespace {

using namespace idnode::ledger;  // NOLINT(google-build-using-namespace): every name below is of it

void Expect(bool holds) {
  if (!holds) std::abort();
}

void TryRecordState(std::string_view octets) {
  const auto state = DecodeRecordState(octets);
  if (state.ok()) Expect(EncodeRecordState(state.value()) == octets);
}

void TryClockAcceptance(std::string_view octets) {
  const auto wall_ms = DecodeClockAcceptance(octets);
  if (wall_ms.ok()) Expect(EncodeClockAcceptance(wall_ms.value()) == octets);
}

void TryStateRow(std::string_view value) {
  const auto row = DecodeStateRow(value);
  if (row.ok()) Expect(EncodeStateRow(row.value().seq, row.value().state) == value);
}

void TryTip(std::string_view value) {
  const auto tip = DecodeTip(value);
  if (tip.ok()) Expect(EncodeTip(tip.value()) == value);
}

void TryDay(std::string_view value) {
  const auto day = DecodeDay(value);
  if (day.ok()) Expect(EncodeDay(day.value()) == value);
}

void TryRequestRow(std::string_view value) {
  const auto row = DecodeRequestRow(value);
  if (row.ok()) Expect(EncodeRequestRow(row.value()) == value);
}

void TryCountsKey(std::string_view octets) {
  const auto key = DecodeCountsKey(octets);
  if (!key.ok()) return;
  const std::string prefix(key.value().prefix);
  Expect((key.value().is_day ? DayKey(prefix, key.value().day) : TipKey(prefix)) == octets);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view octets = idnode::AsText({data + 1, size - 1});
  std::string value(octets);
  Seal(value);
  switch (data[0]) {
    case 'a':
      TryClockAcceptance(octets);
      break;
    case 'c':
      TryCountsKey(octets);
      break;
    case 'd':
      TryDay(value);
      break;
    case 'q':
      TryRequestRow(value);
      break;
    case 's':
      TryRecordState(octets);
      break;
    case 't':
      TryTip(value);
      break;
    case 'v':
      TryStateRow(value);
      break;
    default:
      TryStateRow(octets);  // without a checksum
  }
  return 0;
}
