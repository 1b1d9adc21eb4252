#include "monitor/feed.h"

#include <gtest/gtest.h>

#include "monitor/history.h"
#include "monitor/receiver.h"

namespace idnode::monitor {
namespace {

using registry::Principal;
using registry::Problem;

std::unique_ptr<Feed> Open(const History& history, std::string_view cursor,
                           const Feed::Options& options = {},
                           const Principal& principal = Principal::Node()) {
  auto opened = Feed::Open(*history.ledger.engine, principal, cursor, options);
  if (const auto* problem = std::get_if<Problem>(&opened)) {
    ADD_FAILURE() << problem->name();
    return nullptr;
  }
  return std::get<std::unique_ptr<Feed>>(std::move(opened));
}

std::string ProblemOf(const store::Engine& store, std::string_view cursor,
                      const Principal& principal = Principal::Node()) {
  const auto opened = Feed::Open(store, principal, cursor, {});
  const auto* problem = std::get_if<Problem>(&opened);
  return problem == nullptr ? "" : std::string(problem->name());
}

std::optional<v1::WatchResponse> Next(Feed& feed) {
  auto next = feed.Next();
  if (const auto* problem = std::get_if<Problem>(&next)) {
    ADD_FAILURE() << problem->name();
    return std::nullopt;
  }
  return std::get<std::optional<v1::WatchResponse>>(std::move(next));
}

// Everything there is to say, in as many rounds as it takes.
int Drain(Feed& feed, Receiver& receiver) {
  int messages = 0;
  while (auto message = Next(feed)) {
    receiver.Take(*message);
    ++messages;
  }
  return messages;
}

TEST(Feed, BeginsWithEveryRowAndEndsTheRoundWithACursor) {
  History history(1);
  history.Random(300);
  const auto feed = Open(history, "");
  Receiver receiver;
  EXPECT_EQ(Drain(*feed, receiver), 1);
  EXPECT_EQ(receiver.rows, history.rows(300));
  EXPECT_EQ(receiver.log_size, 300U);
  EXPECT_EQ(feed->seq(), 300U);
}

TEST(Feed, SendsNothingButACursorWhenNothingChanged) {
  History history(1);
  history.Random(100);
  Receiver receiver;
  Drain(*Open(history, ""), receiver);
  const std::string cursor = receiver.cursor;
  const auto feed = Open(history, cursor);
  const auto message = Next(*feed);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->rows_size(), 0);
  EXPECT_EQ(message->cursor(), cursor);
  EXPECT_FALSE(Next(*feed).has_value());
}

TEST(Feed, SendsARowOnceHoweverOftenItChanged) {
  History history(1);
  history.Random(50);
  Receiver receiver;
  const auto feed = Open(history, "");
  Drain(*feed, receiver);
  for (int i = 0; i < 20; ++i) history.Change("88.118", 3);
  const auto message = Next(*feed);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->rows_size(), 1);
  receiver.Take(*message);
  EXPECT_EQ(receiver.rows, history.rows(70));
}

TEST(Feed, SendsOnlyWhatTheDaysSinceMayHaveChanged) {
  History history(1);
  history.Random(200);
  Receiver receiver;
  Drain(*Open(history, ""), receiver);
  history.ledger.clock.Advance(2 * kDayMs);
  for (int i = 0; i < 30; ++i) history.Change("88.119", 3);
  const auto feed = Open(history, receiver.cursor, {.near = 10});
  const auto message = Next(*feed);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->rows_size(), 1);
}

// Receivers that break off anywhere and go on from what they stored, near and far behind, while the
// log grows. At every cursor the rows are exactly those of the log of that size.
TEST(Feed, BringsEveryReceiverToTheSameRowsWhereverItBreaksOff) {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    History history(seed);
    history.Random(1);
    Receiver receiver;
    for (int life = 0; life < 15; ++life) {
      history.Random(static_cast<int>(history.Below(40)));
      const Feed::Options options{.rows = 1 + history.Below(9), .near = history.Below(40)};
      const auto feed = Open(history, receiver.cursor, options);
      Receiver tentative = receiver;  // what is not stored with a cursor is lost in the break
      for (std::size_t messages = history.Below(30); messages > 0; --messages) {
        const auto message = Next(*feed);
        if (!message.has_value()) {
          EXPECT_EQ(tentative.log_size, history.size());
          history.Random(static_cast<int>(history.Below(5)));
          continue;
        }
        EXPECT_LE(static_cast<std::size_t>(message->rows_size()), options.rows);
        if (history.Below(3) == 0) history.Random(1);  // in the middle of a round
        if (tentative.Take(*message)) {
          receiver = tentative;
          ASSERT_EQ(receiver.rows, history.rows(receiver.log_size)) << seed << " " << life;
        }
      }
    }
    Drain(*Open(history, receiver.cursor), receiver);
    ASSERT_EQ(receiver.rows, history.rows(history.size()));
    ASSERT_GT(history.size(), 100U);
  }
}

TEST(Feed, SaysNothingAboutAnEmptyLog) {
  History history(1);
  const auto feed = Open(history, "");
  EXPECT_FALSE(Next(*feed).has_value());
  EXPECT_FALSE(Next(*feed).has_value());
  history.Random(30);
  Receiver receiver;
  EXPECT_EQ(Drain(*feed, receiver), 1);
  EXPECT_EQ(receiver.rows, history.rows(30));
}

TEST(Feed, RefusesACursorThatDoesNotRead) {
  History history(1);
  history.Random(10);
  EXPECT_EQ(ProblemOf(*history.ledger.engine, "x"), "cursor_malformed");
  EXPECT_EQ(ProblemOf(*history.ledger.engine, std::string(kFeedCursorSize, '\1')),
            "cursor_malformed");
}

TEST(Feed, RefusesACursorOfAnotherLog) {
  History history(1);
  history.Random(50);
  Receiver receiver;
  Drain(*Open(history, ""), receiver);
  History other(1);  // the same events, but nobody has the same salt
  EXPECT_EQ(ProblemOf(*other.ledger.engine, receiver.cursor), "cursor_foreign");
  other.Random(50);
  EXPECT_EQ(ProblemOf(*other.ledger.engine, receiver.cursor), "cursor_foreign");
  other.Random(50);
  EXPECT_EQ(ProblemOf(*other.ledger.engine, receiver.cursor), "cursor_foreign");
}

TEST(Feed, RefusesACursorOfWhatTheLogNoLongerHas) {
  History history(1);
  history.Random(50);
  Receiver old;
  Drain(*Open(history, ""), old);
  const store::MemoryDisk backup = history.ledger.disk;
  history.Random(50);
  Receiver receiver;
  Drain(*Open(history, ""), receiver);

  History restored(1);
  restored.ledger.Stop();
  restored.ledger.disk = backup;
  restored.ledger.clock.Advance(history.ledger.clock.WallMs() - ledger::kTestTime);
  restored.ledger.Start();
  EXPECT_EQ(ProblemOf(*restored.ledger.engine, receiver.cursor), "cursor_foreign");
  for (int i = 0; i < 70; ++i) {  // longer than the receiver knows, but not with the same entries
    restored.Change("77.1", static_cast<std::size_t>(i));
    EXPECT_EQ(ProblemOf(*restored.ledger.engine, receiver.cursor), "cursor_foreign");
  }
  EXPECT_EQ(ProblemOf(*restored.ledger.engine, old.cursor), "");  // of the common part
}

TEST(Feed, ShowsATokenWhatItMaySee) {
  History history(1);
  history.Random(300);
  const Principal principal = MonitorOf({{"88.118", true}, {"88.119", false}});
  for (const ledger::Seq near : {0, 1'000}) {
    const auto feed = Open(history, "", {.near = near}, principal);
    Receiver receiver;
    Drain(*feed, receiver);
    Rows expected = history.rows(history.size());
    std::erase_if(expected, [](const auto& row) {
      const std::string& prefix = std::get<0>(row.first);
      return prefix != "88.118" && prefix != "88.119" && prefix.rfind("88.118.", 0) != 0;
    });
    EXPECT_EQ(receiver.rows, expected);
    EXPECT_EQ(receiver.log_size, history.size());
  }
}

// The receiver's token reached less when it began: what it could not see then is news, old as it
// is.
TEST(Feed, SendsOlderRowsToATokenThatSeesMore) {
  for (const ledger::Seq near : {0, 1'000}) {
    History history(1);
    history.Random(300);
    Receiver receiver;
    Drain(*Open(history, "", {}, MonitorOf({{"88.118", true}})), receiver);
    history.Random(300);
    Drain(*Open(history, receiver.cursor, {.near = near}), receiver);
    EXPECT_EQ(receiver.log_size, 600U);
    EXPECT_EQ(receiver.rows, history.rows(600));
  }
}

TEST(Feed, GoesOnForAnyTokenOfTheSameReach) {
  History history(1);
  history.Random(300);
  Receiver receiver;
  Drain(*Open(history, "", {}, MonitorOf({{"88.118", true}, {"88.119", false}})), receiver);
  const std::string cursor = receiver.cursor;
  const auto rows = [&](const std::vector<std::pair<std::string, bool>>& reaches) {
    const auto message = Next(*Open(history, cursor, {}, MonitorOf(reaches)));
    return message.has_value() ? message->rows_size() : -1;
  };
  EXPECT_EQ(rows({{"88.119", false}, {"88.118", true}, {"88.118", true}}), 0);
  EXPECT_GT(rows({{"88.118", true}}), 0) << "less";
  EXPECT_GT(rows({{"88.118", true}, {"88.119", true}}), 0) << "more below";
  EXPECT_GT(rows({{"88.118", false}, {"88.119", false}}), 0);
}

TEST(Feed, AsksForTheScope) {
  History history(1);
  history.Random(10);
  const store::Engine& store = *history.ledger.engine;
  EXPECT_EQ(ProblemOf(store, "", MonitorOf({{"88", true}})), "");
  EXPECT_EQ(ProblemOf(store, "", MonitorOf({{"88", true}}, stored::v1::SCOPE_READ)),
            "permission_denied");
  EXPECT_EQ(ProblemOf(store, "", MonitorOf({})), "permission_denied");
}

TEST(Feed, NamesAMissingOrCorruptRow) {
  for (const ledger::Seq near : {0, 1'000}) {
    History history(1);
    history.Random(100);
    auto& counts = history.ledger.disk.tables.at(static_cast<std::size_t>(store::Family::kCounts));
    for (auto& [key, value] : counts) {
      const auto decoded = ledger::DecodeCountsKey(key);
      const bool is_day = decoded.ok() && decoded.value().is_day;
      if (!is_day) continue;
      value.back() ^= 1;
      const auto feed = Open(history, "", {.near = near});
      const auto next = feed->Next();
      ASSERT_TRUE(std::holds_alternative<Problem>(next));
      EXPECT_EQ(std::get<Problem>(next).name(), "store_corrupt");
      value.back() ^= 1;
    }
  }
}

}  // namespace
}  // namespace idnode::monitor
