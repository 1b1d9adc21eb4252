#include "monitor/statistics.h"

#include <gtest/gtest.h>

#include "monitor/history.h"

namespace idnode::monitor {
namespace {

using ledger::Totals;

Four FourOf(const Totals& totals) {
  return {static_cast<std::int64_t>(totals.created), static_cast<std::int64_t>(totals.recreated),
          static_cast<std::int64_t>(totals.updated), static_cast<std::int64_t>(totals.deleted)};
}

bool IsSelected(const std::string& prefix, const Selection& selection) {
  if (selection.prefix.empty() || prefix == selection.prefix) return true;
  return selection.below && prefix.rfind(selection.prefix + ".", 0) == 0;
}

std::string GroupOf(const Event& event, GroupBy group_by) {
  switch (group_by) {
    case GroupBy::kPrefix:
      return event.prefix;
    case GroupBy::kDay:
      return event.day;
    case GroupBy::kChannel:
      return std::to_string(event.channel);
    case GroupBy::kNone:
      break;
  }
  return "";
}

std::string GroupOf(const Counted::Row& row) {
  if (row.day.has_value()) return row.day->ToText();
  if (row.channel.has_value()) return std::to_string(static_cast<int>(*row.channel));
  return row.prefix;
}

// Counts every event one by one.
void ExpectCountedByHand(const History& history, const Query& query) {
  const auto counted = Count(*history.ledger.engine, query);
  ASSERT_TRUE(counted.ok());
  const std::string from = query.from.has_value() ? query.from->ToText() : "0";
  const std::string to = query.to.has_value() ? query.to->ToText() : "9";
  std::map<std::string, Four> groups;
  if (query.group_by == GroupBy::kNone) groups[""] = {};
  Four total{};
  std::int64_t active = 0;
  std::map<std::string, std::int64_t> active_of;
  for (const Event& event : history.events) {
    if (event.control || !IsSelected(event.prefix, query.selection) || event.day > to) continue;
    Four one{};
    one.at(event.what) = 1;
    active += ActiveOf(one);
    active_of[event.prefix] += ActiveOf(one);
    if (event.day < from) continue;
    total += one;
    groups[GroupOf(event, query.group_by)] += one;
  }
  for (const auto& [prefix, left] : active_of) {
    if (query.group_by == GroupBy::kPrefix && left != 0) groups.try_emplace(prefix);
  }
  std::vector<std::pair<std::string, Four>> rows;
  for (const auto& row : counted.value().rows) rows.emplace_back(GroupOf(row), FourOf(row.totals));
  EXPECT_EQ(rows, (std::vector<std::pair<std::string, Four>>(groups.begin(), groups.end())));
  EXPECT_EQ(FourOf(counted.value().total), total);
  EXPECT_EQ(counted.value().active_at_end, active);
  EXPECT_EQ(counted.value().log_size, history.size());
}

TEST(Statistics, AgreeWithCountingByHand) {
  History history(7);
  history.Random(400);
  const Day first = Day::Of(ledger::kTestTime);
  const Day last = Day::Of(history.ledger.clock.WallMs());
  std::vector<Selection> selections = {
      {"", false}, {"", true}, {"88.118.1.2.3", true}, {"99", true}};
  for (const std::string& prefix : History::prefixes) {
    selections.push_back({prefix, false});
    selections.push_back({prefix, true});
  }
  std::vector<std::optional<Day>> days = {std::nullopt, Day(Day::kMinNumber), Day(Day::kMaxNumber)};
  for (Day day = first + -1; day <= last + 1; day = day + 4) days.emplace_back(day);
  ASSERT_GE(days.size(), 10U);
  for (const Selection& selection : selections) {
    for (const auto& from : days) {
      for (const auto& to : days) {
        if (from.has_value() && to.has_value() && *to < *from) continue;
        for (const GroupBy group :
             {GroupBy::kNone, GroupBy::kPrefix, GroupBy::kDay, GroupBy::kChannel}) {
          ExpectCountedByHand(history, {selection, from, to, group});
          if (testing::Test::HasFailure()) {
            FAIL() << selection.prefix << (selection.below ? " and below " : " ")
                   << (from.has_value() ? from->ToText() : "") << " to "
                   << (to.has_value() ? to->ToText() : "") << " by " << static_cast<int>(group);
          }
        }
      }
    }
  }
}

TEST(Statistics, OfAnEmptyLogAreZero) {
  const History history(1);
  ExpectCountedByHand(history, {});
  ExpectCountedByHand(history, {.group_by = GroupBy::kDay});
}

// Counts the rows that are read.
class CountingStore final : public store::Readable {
 public:
  explicit CountingStore(const store::Readable& below) : below_(below) {}
  Status Get(store::Family family, std::string_view key, std::string& value) const override {
    ++rows;
    return below_.Get(family, key, value);
  }
  Result<std::vector<std::optional<std::string>>> MultiGet(
      store::Family family, std::span<const std::string_view> keys) const override {
    rows += keys.size();
    return below_.MultiGet(family, keys);
  }
  Result<std::vector<store::Row>> Scan(store::Family family, std::string_view from,
                                       std::size_t limit) const override {
    auto found = below_.Scan(family, from, limit);
    if (found.ok()) rows += found.value().size();
    return found;
  }
  Result<std::string> Head() const override { return below_.Head(); }

  mutable std::size_t rows = 0;

 private:
  const store::Readable& below_;
};

TEST(Statistics, CostOneRowForEachEndOfThePeriod) {
  History history(3);
  for (int day = 0; day < 400; ++day) {
    history.Change("88.118", 1);
    history.Change("88.118", static_cast<std::size_t>(day) + 2);
    history.ledger.clock.Advance(kDayMs);
  }
  const CountingStore store(*history.ledger.engine);
  const Day first = Day::Of(ledger::kTestTime);
  ASSERT_TRUE(Count(store, {{"88.118", false}, first + 100, first + 300, GroupBy::kNone}).ok());
  EXPECT_EQ(store.rows, 3U);  // tip, end, beginning
  store.rows = 0;
  ASSERT_TRUE(Count(store, {{"88.118", false}, {}, {}, GroupBy::kChannel}).ok());
  EXPECT_EQ(store.rows, 1U);
  store.rows = 0;
  ASSERT_TRUE(Count(store, {{"88.118", false}, first + 100, first + 109, GroupBy::kDay}).ok());
  EXPECT_LE(store.rows, 65U);  // the ten days, and what one read brings too much
}

// Damage under a right checksum: not a number near 2^64.
TEST(Statistics, RefuseCountsThatFall) {
  History history(5);
  history.Change("88.118", 1);
  const Day first = Day::Of(history.ledger.clock.WallMs());
  history.ledger.clock.Advance(kDayMs);
  history.Change("88.118", 2);
  auto& counts = history.ledger.disk.tables.at(static_cast<std::size_t>(store::Family::kCounts));
  ledger::ChannelTotals too_many;
  too_many[ledger::Channel::kGrpc] = {.created = 5};
  counts.at(ledger::DayKey("88.118", first)) = ledger::EncodeDay(too_many);
  for (const GroupBy group : {GroupBy::kNone, GroupBy::kPrefix, GroupBy::kDay}) {
    const auto counted =
        Count(*history.ledger.engine, {{"88.118", false}, first + 1, first + 1, group});
    ASSERT_FALSE(counted.ok());
    EXPECT_EQ(counted.error().code, Errc::kCorrupt);
    EXPECT_STREQ(counted.error().what, "counts fall");
  }
}

TEST(Statistics, NameACorruptRow) {
  History history(5);
  history.Random(100);
  const Day last = Day::Of(history.ledger.clock.WallMs());
  auto& counts = history.ledger.disk.tables.at(static_cast<std::size_t>(store::Family::kCounts));
  for (auto& [key, value] : counts) {
    const auto decoded = ledger::DecodeCountsKey(key);
    ASSERT_TRUE(decoded.ok());
    if (decoded.value().prefix.empty()) continue;  // control objects are not counted
    value.at(value.size() / 2) ^= 1;
    for (const GroupBy group : {GroupBy::kNone, GroupBy::kDay}) {
      const Day day = decoded.value().is_day ? decoded.value().day : last;
      const auto counted = Count(*history.ledger.engine,
                                 {{std::string(decoded.value().prefix), false}, day, day, group});
      ASSERT_FALSE(counted.ok()) << key;
      EXPECT_EQ(counted.error().code, Errc::kCorrupt);
    }
    value.at(value.size() / 2) ^= 1;
  }
}

}  // namespace
}  // namespace idnode::monitor
