#include "audit/difference.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "ledger/rows.h"
#include "ledger/sealed.h"

namespace idnode::audit {
namespace {

using store::Family;

constexpr Words kControlObjects{"control objects", "控制对象"};
constexpr Words kTip{" tip", " 当前累计"};

// Whatever is shown is valid UTF-8, whatever a damaged key is.
bool IsPlain(std::string_view text) noexcept {
  return !text.empty() && CountCodePoints(text).ok() && std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && static_cast<unsigned char>(c) != 0x7F;
  });
}

std::string Plain(std::string_view key) {
  return IsPlain(key) ? std::string(key) : ToHex(AsBytes(key));
}

Text InWords(const ledger::Totals& totals) {
  return Fill({"{} created, {} re-created, {} updated, {} deleted",
               "新增 {}、重新注册 {}、更新 {}、删除 {}"},
              {std::to_string(totals.created), std::to_string(totals.recreated),
               std::to_string(totals.updated), std::to_string(totals.deleted)});
}

}  // namespace

Text KeyInWords(Family family, std::string_view key) {
  if (family == Family::kLeaf || family == Family::kPayload) {
    const Result<ledger::Seq> seq = ledger::SeqOfKey(key);
    return seq.ok() ? std::to_string(seq.value()) : ToHex(AsBytes(key));
  }
  if (family == Family::kCounts) {
    const Result<ledger::CountsKey> counts = ledger::DecodeCountsKey(key);
    if (!counts.ok()) return ToHex(AsBytes(key));
    const Text prefix =
        counts.value().prefix.empty() ? Text(kControlObjects) : std::string(counts.value().prefix);
    return counts.value().is_day ? prefix + Text(" " + counts.value().day.ToText()) : prefix + kTip;
  }
  if (family == Family::kControl || family == Family::kRequests) return ToHex(AsBytes(key));
  return Plain(key);
}

void Findings::Add(Family family, std::string_view key, Text what) {
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

void Findings::AddEntry(Family family, ledger::Seq seq, Text what) {
  Add(family, ledger::SeqKey(seq), std::move(what));
}

Text Numbered(ledger::Seq seq) { return Fill({"entry {}", "条目 {}"}, {std::to_string(seq)}); }

Text MadeBy(ledger::Seq seq) {
  return Fill({"missing: {} makes it", "缺失：应由{}产生"}, {Numbered(seq)});
}

Text Unreadable(const Error& error) {
  return Fill({"cannot be read: {}", "无法读出（{}）"}, {std::string(error.what)});
}

Text WrongTotals(const ledger::Totals& says, const ledger::Totals& counted) {
  return Fill({"its running totals say {}; counted: {}", "其累计数记为{}；实际计得{}"},
              {InWords(says), InWords(counted)});
}

Text Unlike(const ledger::ChannelTotals& says, const ledger::ChannelTotals& counted) {
  Text out;
  for (std::size_t i = 1; i <= ledger::kChannels; ++i) {
    const auto channel = static_cast<ledger::Channel>(i);
    if (says[channel] == counted[channel]) continue;
    if (!out.english.empty()) out = out + Words{"; ", "；"};
    out = out + Fill({"{}: says {}; counted: {}", "{}：记为{}；实际计得{}"},
                     {std::string(ledger::ChannelName(channel)), InWords(says[channel]),
                      InWords(counted[channel])});
  }
  return out;
}

Text Unlike(std::string_view stored, std::string_view expected, const Text& origin) {
  if (!ledger::Unseal(stored).ok()) return kBadChecksum;
  if (stored.front() != expected.front()) {
    return Fill({"its version is {}", "版本号为 {}"},
                {std::to_string(static_cast<unsigned char>(stored.front()))});
  }
  return Fill({"differs from what {} makes it", "与{}所产生的不符"}, {origin});
}

}  // namespace idnode::audit
