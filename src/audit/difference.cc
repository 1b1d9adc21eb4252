#include "audit/difference.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/hex.h"
#include "ledger/rows.h"
#include "ledger/sealed.h"

namespace idnode::audit {
namespace {

using store::Family;

bool IsPlain(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && static_cast<unsigned char>(c) != 0x7F;
  });
}

std::string Text(std::string_view key) {
  return IsPlain(key) ? std::string(key) : ToHex(AsBytes(key));
}

}  // namespace

std::string KeyInWords(Family family, std::string_view key) {
  if (family == Family::kLeaf || family == Family::kPayload) {
    const Result<ledger::Seq> seq = ledger::SeqOfKey(key);
    return seq.ok() ? std::to_string(seq.value()) : ToHex(AsBytes(key));
  }
  if (family == Family::kCounts) {
    const Result<ledger::CountsKey> counts = ledger::DecodeCountsKey(key);
    if (!counts.ok()) return ToHex(AsBytes(key));
    const std::string prefix =
        counts.value().prefix.empty() ? "control objects" : Text(counts.value().prefix);
    return prefix + (counts.value().is_day ? " " + counts.value().day.ToText() : " tip");
  }
  if (family == Family::kControl || family == Family::kRequests) return ToHex(AsBytes(key));
  return Text(key);
}

std::string InWords(const Difference& difference) {
  return std::string(store::FamilyName(difference.family)) + " " +
         KeyInWords(difference.family, difference.key) + ": " + difference.what;
}

void Findings::Add(Family family, std::string_view key, std::string what) {
  if (rows_.size() < kRemembered) {
    std::string row(1, static_cast<char>(family));
    row += key;
    if (!rows_.insert(std::move(row)).second) return;
  }
  ++count_;
  if (differences_.size() < kept_) {
    differences_.push_back({family, std::string(key), std::move(what)});
  }
}

void Findings::AddEntry(Family family, ledger::Seq seq, std::string what) {
  Add(family, ledger::SeqKey(seq), std::move(what));
}

std::string Unlike(std::string_view stored, std::string_view expected, std::string_view origin) {
  if (!ledger::Unseal(stored).ok()) return "its checksum does not fit";
  if (stored.front() != expected.front()) {
    return "its version is " + std::to_string(static_cast<unsigned char>(stored.front()));
  }
  return "differs from what " + std::string(origin) + " makes it";
}

}  // namespace idnode::audit
