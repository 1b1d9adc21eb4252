// A request id makes a repeat harmless: request_memory.h and what the committer makes of it.
#include <gtest/gtest.h>

#include <algorithm>

#include "fixture.h"
#include "honesty.h"
#include "hooked_engine.h"
#include "ledger/request_memory.h"
#include "recount.h"

namespace idnode::ledger {
namespace {

using Kind = Answer::Kind;
using store::Family;

// Another wish under the id of `first`.
Wish UnderTheIdOf(const Wish& first, Wish other) {
  other.origin.id = first.origin.id;
  return other;
}

class RequestIdTest : public testing::Test {
 protected:
  // Whether the row of the request is still there.
  bool IsStored(const Wish& wish) const {
    std::string value;
    return ledger_.engine
        ->Get(Family::kRequests, RequestKey(wish.origin.actor, wish.origin.id), value)
        .ok();
  }

  Seq Length() const { return ExpectAgreement(*ledger_.engine).size(); }

  MemoryLedger ledger_;
};

TEST_F(RequestIdTest, ARepeatGetsTheFirstAnswerAndDoesNothing) {
  const Wish wish = Creates("88.118/A");
  const Answer first = ledger_.Commit(wish);
  ledger_.clock.Advance(1'000);
  for (const bool restarted : {false, true}) {
    if (restarted) ledger_.Restart();
    const Answer repeat = ledger_.Do(wish);
    EXPECT_EQ(repeat.kind, Kind::kRepeated);
    EXPECT_TRUE(repeat.done());
    EXPECT_EQ(repeat.seq, first.seq);
    EXPECT_EQ(repeat.time_ms, first.time_ms) << "of the first one";
    EXPECT_EQ(repeat.entry_kind, EntryKind::kCreated);
  }
  EXPECT_EQ(Length(), 1U);
}

TEST_F(RequestIdTest, ARepeatInTheSameGroupGetsTheAnswerOfTheFirst) {
  const Wish wish = Creates("88.118/A");
  auto answers = SendTogether(*ledger_.committer, {wish, wish, Creates("88.118/B"), wish,
                                                   UnderTheIdOf(wish, Creates("88.118/C"))});
  EXPECT_EQ(answers[0].get().kind, Kind::kCommitted);
  const Answer repeat = answers[1].get();
  EXPECT_EQ(repeat.kind, Kind::kRepeated);
  EXPECT_EQ(repeat.seq, 0U);
  EXPECT_EQ(repeat.time_ms, kTestTime);
  EXPECT_EQ(answers[2].get().seq, 1U);
  EXPECT_EQ(answers[3].get().kind, Kind::kRepeated);
  EXPECT_EQ(answers[4].get().kind, Kind::kReused);
  EXPECT_EQ(Length(), 2U);
}

TEST_F(RequestIdTest, EveryKindOfRequestCanBeRepeated) {
  const std::vector<Wish> wishes = {PutsControl("p88.118", "prefix"),
                                    Creates("88.118/A"),
                                    Updates("88.118/A"),
                                    Deletes("88.118/A"),
                                    Creates("88.118/A"),
                                    PutsControl("t1", "token", EntryKind::kTokenPut),
                                    PutsControl("t1", "revoked", EntryKind::kTokenRevoked),
                                    AcceptsClock()};
  for (const Wish& wish : wishes) ledger_.Commit(wish);
  ledger_.Restart();
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const Answer repeat = ledger_.Do(wishes[i]);
    EXPECT_EQ(repeat.kind, Kind::kRepeated) << i;
    EXPECT_EQ(repeat.seq, i);
  }
  EXPECT_EQ(Length(), wishes.size());
}

TEST_F(RequestIdTest, OtherContentUnderTheSameIdIsRefused) {
  const Wish wish = Creates("88.118/A", ValuesOf("first"));
  ledger_.Commit(wish);
  Wish expects = wish;
  expects.origin.expected_seq = 0;
  for (const Wish& other :
       {UnderTheIdOf(wish, Creates("88.118/A", ValuesOf("other"))),
        UnderTheIdOf(wish, Creates("88.118/a", ValuesOf("first"))),
        UnderTheIdOf(wish, Updates("88.118/A", ValuesOf("first"))),
        UnderTheIdOf(wish, Deletes("88.118/A")),
        UnderTheIdOf(wish, PutsControl("88.118/A", ValuesOf("first"))), expects}) {
    EXPECT_EQ(ledger_.Do(other).kind, Kind::kReused);
  }
  EXPECT_EQ(ledger_.Do(wish).kind, Kind::kRepeated);
  EXPECT_EQ(Length(), 1U);
}

TEST_F(RequestIdTest, AnotherActorHasIdsOfTheirOwn) {
  const Wish wish = Creates("88.118/A");
  ledger_.Commit(wish);
  Wish other = UnderTheIdOf(wish, Creates("88.118/B"));
  other.origin.actor = "\1token-8.";
  EXPECT_EQ(ledger_.Do(other).kind, Kind::kCommitted);
  EXPECT_EQ(ledger_.Do(wish).seq, 0U);
  EXPECT_EQ(ledger_.Do(other).seq, 1U);
  EXPECT_EQ(Length(), 2U);
}

TEST_F(RequestIdTest, ARefusalIsNotKept) {
  const Wish wish = Updates("88.118/A");
  EXPECT_EQ(ledger_.Do(wish).kind, Kind::kRefused);
  ledger_.Commit(Creates("88.118/A"));
  EXPECT_EQ(ledger_.Do(wish).kind, Kind::kCommitted) << "asked again, and now it may be done";
}

TEST_F(RequestIdTest, ARepeatIsAnsweredThoughItWouldBeRefusedNow) {
  const Wish wish = Creates("88.118/A");
  ledger_.Commit(wish);
  ledger_.Commit(Deletes("88.118/A"));
  EXPECT_EQ(ledger_.Do(wish).kind, Kind::kRepeated);
  EXPECT_EQ(Length(), 2U) << "and nothing comes back to life";
}

// --- thirty days ---

TEST_F(RequestIdTest, IsRememberedForThirtyDaysAndNotLonger) {
  const Wish wish = Creates("88.118/A");
  ledger_.Commit(wish);
  ledger_.clock.Advance(kRememberMs - 1);
  ledger_.Commit(Creates("88.118/B"));
  EXPECT_EQ(ledger_.Do(wish).kind, Kind::kRepeated);
  EXPECT_TRUE(IsStored(wish));
  ledger_.clock.Advance(1);
  ledger_.Commit(Creates("88.118/C"));
  EXPECT_FALSE(IsStored(wish)) << "erased in passing";
  EXPECT_EQ(ledger_.Do(wish).kind, Kind::kRefused) << "decided anew: it exists";
  EXPECT_EQ(CountAgain(*ledger_.engine).forgotten, 1U);
  EXPECT_EQ(Length(), 3U);
}

TEST_F(RequestIdTest, CanBeUsedAgainOnceForgotten) {
  const Wish wish = Creates("88.118/A");
  ledger_.Commit(wish);
  ledger_.clock.Advance(kRememberMs);
  ledger_.Commit(Creates("88.118/B"));
  const Wish again = UnderTheIdOf(wish, Creates("88.118/C"));
  EXPECT_EQ(ledger_.Commit(again).seq, 2U);
  EXPECT_EQ(ledger_.Do(again).kind, Kind::kRepeated);
  ledger_.clock.Advance(kRememberMs - 1);
  ledger_.Commit(Creates("88.118/D"));
  EXPECT_TRUE(IsStored(again)) << "its second use is not old yet";
  EXPECT_EQ(ledger_.Do(again).seq, 2U);
  EXPECT_EQ(Length(), 4U);
}

// In one commit its old row would be erased and the new one written.
TEST_F(RequestIdTest, CanBeUsedAgainByTheVeryCommitThatForgetsIt) {
  const Wish wish = Creates("88.118/A");
  ledger_.Commit(wish);
  ledger_.clock.Advance(kRememberMs);
  const Wish again = UnderTheIdOf(wish, Creates("88.118/C"));
  auto answers = SendTogether(*ledger_.committer, {Creates("88.118/B"), again});
  EXPECT_EQ(answers[0].get().kind, Kind::kCommitted);
  EXPECT_EQ(answers[1].get().kind, Kind::kCommitted);
  EXPECT_TRUE(IsStored(again));
  EXPECT_EQ(ledger_.Do(again).kind, Kind::kRepeated);
  EXPECT_EQ(Length(), 3U);
}

TEST_F(RequestIdTest, EveryCommitForgetsAFewSoThatItCatchesUp) {
  std::vector<Wish> old;
  old.reserve(10);
  for (int i = 0; i < 10; ++i) old.push_back(Creates("88.118/" + std::to_string(i)));
  for (const Wish& wish : old) ledger_.Commit(wish);
  ledger_.clock.Advance(kRememberMs);
  for (int i = 0; i < 5; ++i) {
    const auto left = std::count_if(old.begin(), old.end(), [&](auto& w) { return IsStored(w); });
    EXPECT_EQ(left, 10 - 2 * i) << "two for each entry";
    if (i == 2) ledger_.Restart();
    ledger_.Commit(Creates("88.119/" + std::to_string(i)));
    ExpectAgreement(*ledger_.engine);
  }
  EXPECT_EQ(CountAgain(*ledger_.engine).forgotten, 10U);
  ledger_.Commit(Creates("88.119/LAST"));
  EXPECT_EQ(CountAgain(*ledger_.engine).forgotten, 10U) << "what is young stays";
  EXPECT_EQ(Length(), 16U);
}

// An id comes back into use while its old entry still waits to be forgotten.
TEST_F(RequestIdTest, ForgettingAnOldUseLeavesTheNewOneAlone) {
  std::vector<Wish> old;
  old.reserve(6);
  for (int i = 0; i < 6; ++i) old.push_back(Creates("88.118/" + std::to_string(i)));
  for (const Wish& wish : old) ledger_.Commit(wish);
  ledger_.clock.Advance(kRememberMs);
  ledger_.Commit(Creates("88.119/FIRST"));  // from here on the last of them is old, too
  const Wish again = UnderTheIdOf(old.back(), Creates("88.119/AGAIN"));
  EXPECT_EQ(ledger_.Commit(again).seq, 7U);
  EXPECT_EQ(CountAgain(*ledger_.engine).forgotten, 4U);
  ledger_.Commit(Creates("88.119/LAST"));
  EXPECT_EQ(CountAgain(*ledger_.engine).forgotten, 6U);
  EXPECT_EQ(ledger_.Do(again).seq, 7U);
  EXPECT_EQ(Length(), 9U);
}

TEST_F(RequestIdTest, WhatWasForgottenInALostCommitIsForgottenInTheNext) {
  const Wish wish = Creates("88.118/A");
  ledger_.Commit(wish);
  ledger_.clock.Advance(kRememberMs);
  // On the commit thread, or before the first request: it has not been woken since the restart.
  ledger_.Restart();
  ledger_.engine->Inject(store::MemoryEngine::Fault::kUnknownLost);
  ledger_.Commit(Creates("88.118/B"));
  EXPECT_FALSE(IsStored(wish));
  EXPECT_EQ(CountAgain(*ledger_.engine).forgotten, 1U);
  EXPECT_EQ(Length(), 2U);
}

// --- the memory by itself ---

TEST_F(RequestIdTest, ForgettingStopsAtItsLimitAndGoesOnThere) {
  for (int i = 0; i < 5; ++i) ledger_.Commit(Creates("88.118/" + std::to_string(i)));
  ledger_.committer.reset();
  RequestMemory memory;
  const std::int64_t now = kTestTime + kRememberMs;
  EXPECT_TRUE(memory.Forget(*ledger_.engine, 5, now - 1, 9).erases.empty());
  EXPECT_FALSE(memory.Forget(*ledger_.engine, 5, now - 1, 9).progress.has_value());
  EXPECT_TRUE(memory.Forget(*ledger_.engine, 5, now, 0).erases.empty());
  EXPECT_EQ(memory.Forget(*ledger_.engine, 5, now, 3).erases.size(), 3U);
  const auto rest = memory.Forget(*ledger_.engine, 5, now, 9);
  EXPECT_EQ(rest.erases.size(), 2U);
  ASSERT_TRUE(rest.progress.has_value());
  EXPECT_EQ(rest.progress->family, Family::kJobs);
  EXPECT_FALSE(memory.Forget(*ledger_.engine, 5, now, 9).progress.has_value()) << "nothing is left";
  memory.Reset();
  EXPECT_EQ(memory.Forget(*ledger_.engine, 5, now, 9).erases.size(), 5U) << "nothing was committed";
}

TEST_F(RequestIdTest, ADamagedEntryIsPassedOverAndTheFirstIsTold) {
  for (const Family family : {Family::kLeaf, Family::kPayload, Family::kRequests}) {
    SCOPED_TRACE(store::FamilyName(family));
    std::vector<std::string> told;
    MemoryLedger ledger({.report = [&](const auto& notice) { told.push_back(notice.text); }});
    std::vector<Wish> old;
    for (int i = 0; i < 6; ++i) old.push_back(Creates("88.118/" + std::to_string(i)));
    for (const Wish& wish : old) ledger.Commit(wish);
    ledger.Stop();
    for (const std::size_t seq : {1U, 4U}) {
      const auto& origin = old[seq].origin;
      const std::string key =
          family == Family::kRequests ? RequestKey(origin.actor, origin.id) : SeqKey(seq);
      ledger.disk.Of(family).at(key)[10] ^= 1;
    }
    ledger.clock.Advance(kRememberMs);
    ledger.Start();
    for (int i = 0; i < 4; ++i) ledger.Commit(Creates("88.119/" + std::to_string(i)));
    std::vector<bool> stored;
    for (const Wish& wish : old) {
      std::string value;
      stored.push_back(
          ledger.engine
              ->Get(Family::kRequests, RequestKey(wish.origin.actor, wish.origin.id), value)
              .ok());
    }
    EXPECT_EQ(stored, (std::vector<bool>{false, true, false, false, true, false}));
    ledger.Stop();
    ASSERT_EQ(told.size(), 1U) << "once";
    EXPECT_NE(told[0].find("entry 1 is damaged"), std::string::npos) << told[0];
  }
}

TEST_F(RequestIdTest, AStoreThatDoesNotAnswerIsAskedAgain) {
  for (int i = 0; i < 3; ++i) ledger_.Commit(Creates("88.118/" + std::to_string(i)));
  ledger_.Stop();
  HookedEngine engine(ledger_.disk);
  engine.on_get = [](std::size_t get) -> std::optional<Error> {
    if (get != 5) return std::nullopt;  // the payload of entry 1
    return Error{Errc::kUnavailable, 0, "not now, on order"};
  };
  RequestMemory memory;
  const std::int64_t now = kTestTime + kRememberMs;
  EXPECT_EQ(memory.Forget(engine, 3, now, 9).erases.size(), 1U);
  EXPECT_EQ(memory.passed_over(), 0U);
  EXPECT_EQ(memory.Forget(engine, 3, now, 9).erases.size(), 2U);
}

TEST_F(RequestIdTest, AnErasedPayloadIsPassedOver) {
  for (int i = 0; i < 3; ++i) ledger_.Commit(Creates("88.118/" + std::to_string(i)));
  ledger_.Stop();
  ledger_.disk.Of(Family::kPayload).erase(SeqKey(1));
  store::MemoryEngine engine(ledger_.disk);
  RequestMemory memory;
  EXPECT_EQ(memory.Forget(engine, 3, kTestTime + kRememberMs, 9).erases.size(), 2U);
}

TEST_F(RequestIdTest, AMissingLeafIsNotTakenForTheEndOfTheLog) {
  for (int i = 0; i < 3; ++i) ledger_.Commit(Creates("88.118/" + std::to_string(i)));
  ledger_.Stop();
  ledger_.disk.Of(Family::kLeaf).erase(SeqKey(1));
  store::MemoryEngine engine(ledger_.disk);
  RequestMemory memory;
  EXPECT_EQ(memory.Forget(engine, 3, kTestTime + kRememberMs, 9).erases.size(), 2U);
  EXPECT_EQ(memory.last_passed_over(), 1U);
}

// A row that cannot be read says nothing about whether this was done before, so it is not done.
TEST_F(RequestIdTest, ADamagedRowFailsItsRequestAlone) {
  const Wish wish = Creates("88.118/A");
  ledger_.Commit(wish);
  ledger_.Stop();
  ledger_.disk.Of(Family::kRequests).at(RequestKey(wish.origin.actor, wish.origin.id))[3] ^= 1;
  ledger_.Start();
  const Answer answer = ledger_.Do(wish);
  EXPECT_EQ(answer.kind, Kind::kUnavailable);
  EXPECT_EQ(answer.error.code, Errc::kCorrupt);
  EXPECT_EQ(ledger_.Do(Creates("88.118/B")).kind, Kind::kCommitted);
}

}  // namespace
}  // namespace idnode::ledger
