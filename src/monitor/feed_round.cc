#include "monitor/feed_round.h"

#include <algorithm>
#include <iterator>

#include "ledger/log.h"
#include "monitor/messages.h"

namespace idnode::monitor {
namespace {

constexpr std::size_t kDays = 32;     // rows of a prefix read at a time
constexpr std::size_t kLeaves = 256;  // read at a time

void AppendRow(const std::string& prefix, const DayRow& row, v1::WatchResponse& message) {
  v1::WatchResponse::Row& out = *message.add_rows();
  out.set_prefix(prefix);
  out.set_day(row.day.ToText());
  for (std::size_t i = 1; i <= ledger::kChannels; ++i) {
    const auto channel = static_cast<ledger::Channel>(i);
    if (row.totals[channel] == ledger::Totals{}) continue;
    auto& counts = *out.add_channels();
    counts.set_channel(ToMessage(channel));
    SetCounts(row.totals[channel], *counts.mutable_counts());
  }
}

}  // namespace

Result<FeedCursor> CursorAt(const store::Readable& store, ledger::Seq seq) {
  const auto log_id = ledger::ReadLogId(store);
  if (!log_id.ok()) return log_id.error();
  const auto rows = ledger::ReadLog(store, seq - 1, 1, ledger::LogView::kLeaf);
  if (!rows.ok()) return rows.error();
  if (rows.value().empty()) return Error{Errc::kCorrupt, 0, "leaf missing"};
  FeedCursor cursor{.log_id = log_id.value(), .seq = seq};
  const ledger::Hash last = ledger::LeafHash(rows.value().front().leaf);
  std::copy_n(last.begin(), cursor.last.size(), cursor.last.begin());
  return cursor;
}

Feed::Round::Round(const Feed& feed, std::unique_ptr<store::Snapshot> snapshot, ledger::Seq from,
                   ledger::Seq to) noexcept
    : feed_(feed), snapshot_(std::move(snapshot)), from_(from), to_(to) {}

Result<std::unique_ptr<Feed::Round>> Feed::Round::Begin(const Feed& feed,
                                                        std::unique_ptr<store::Snapshot> snapshot,
                                                        ledger::Seq from, ledger::Seq to) {
  std::unique_ptr<Round> round(new Round(feed, std::move(snapshot), from, to));
  const auto cursor = CursorAt(*round->snapshot_, to);
  if (!cursor.ok()) return cursor.error();
  round->cursor_ = cursor.value();
  round->cursor_.reach = feed.reach_;
  const Status found = to - from <= feed.options_.near ? round->FindNear() : round->FindFar();
  if (!found.ok()) return found.error();
  return round;
}

Status Feed::Round::FindNear() {
  for (ledger::Seq seq = from_; seq < to_;) {
    const auto limit = std::min<ledger::Seq>(kLeaves, to_ - seq);
    const auto rows = ledger::ReadLog(*snapshot_, seq, limit, ledger::LogView::kLeaf);
    if (!rows.ok()) return rows.error();
    if (rows.value().size() < limit) return Error{Errc::kCorrupt, 0, "leaf missing"};
    for (const ledger::LogRow& row : rows.value()) {
      const auto leaf = ledger::DecodeLeaf(row.leaf);
      if (!leaf.ok()) return Error{Errc::kCorrupt, 0, "leaf"};
      const std::string& prefix = leaf.value().prefix;
      if (ledger::IsControl(leaf.value().kind) || !Sees(feed_.principal_, prefix)) continue;
      near_.emplace(prefix, Day::Of(leaf.value().time_ms));
    }
    seq += limit;
  }
  return {};
}

Status Feed::Round::FindFar() {
  const auto leaf = ledger::ReadLeaf(*snapshot_, from_);
  if (!leaf.ok()) return leaf.error();
  first_day_ = Day::Of(leaf.value().time_ms);
  tips_.emplace(*snapshot_, Selection{});
  return {};
}

Result<v1::WatchResponse> Feed::Round::Next() {
  v1::WatchResponse message;
  message.set_log_id(cursor_.log_id.data(), cursor_.log_id.size());
  while (static_cast<std::size_t>(message.rows_size()) < feed_.options_.rows) {
    const auto changed = tips_.has_value() ? NextFar() : NextNear();
    if (!changed.ok()) return changed.error();
    if (!changed.value().has_value()) {
      message.set_cursor(EncodeFeedCursor(cursor_));
      message.set_log_size(to_);
      break;
    }
    AppendRow(changed.value()->prefix, changed.value()->row, message);
  }
  return message;
}

Result<std::optional<Feed::Round::Changed>> Feed::Round::NextNear() {
  if (near_.empty()) return std::optional<Changed>();
  auto [prefix, day] = std::move(near_.extract(near_.begin()).value());
  std::string value;
  const Status read = snapshot_->Get(store::Family::kCounts, ledger::DayKey(prefix, day), value);
  if (!read.ok() && read.error().code != Errc::kNotFound) return read.error();
  const auto totals = ledger::DecodeDay(value);
  if (!read.ok() || !totals.ok()) return Error{Errc::kCorrupt, 0, "counts of a day"};
  return std::optional(Changed{std::move(prefix), {day, totals.value()}});
}

Result<std::optional<Feed::Round::Changed>> Feed::Round::NextFar() {
  for (;;) {
    if (days_.has_value()) {
      const auto row = days_->Next();
      if (!row.ok()) return row.error();
      if (row.value().has_value() && row.value()->day >= first_day_) {
        return std::optional(Changed{prefix_, *row.value()});
      }
      days_.reset();
    }
    auto next = tips_->Next();
    if (!next.ok()) return next.error();
    if (!next.value().has_value()) return std::optional<Changed>();
    PrefixTip tip = *std::move(next).value();
    if (tip.tip.seq < from_ || !Sees(feed_.principal_, tip.prefix)) continue;
    prefix_ = std::move(tip.prefix);
    days_.emplace(*snapshot_, prefix_, Day(Day::kMaxNumber), kDays);
  }
}

}  // namespace idnode::monitor
