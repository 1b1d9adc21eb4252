// How much goes into one commit: the limits of a group, and above them those of the engine.
#include "ledger/group.h"

#include <gtest/gtest.h>

#include "fixture.h"
#include "honesty.h"
#include "hooked_engine.h"
#include "recount.h"

namespace idnode::ledger {
namespace {

using Kind = Answer::Kind;

// A committer on an engine with limits of its own that remembers how large its commits were.
class GroupLimits : public testing::Test {
 protected:
  void Start(const store::Limits& limits, const Group::Limits& group = {}) {
    engine_ = std::make_unique<HookedEngine>(disk_, limits);
    committer_ = Committer::Start(*engine_, clock_, nullptr, {}, {.group = group}).value();
  }

  // Sends them so that all wait when the commit thread looks; the answers.
  std::vector<Answer> Send(const std::vector<Wish>& wishes) {
    std::vector<Answer> answers;
    for (auto& answer : SendTogether(*committer_, wishes)) answers.push_back(answer.get());
    for (std::size_t i = 0; i < wishes.size(); ++i) sent_.push_back({wishes[i], answers[i]});
    return answers;
  }

  std::size_t StopAndCheck() {
    committer_.reset();
    ExpectHonest(ExpectAgreement(*engine_), sent_);
    return engine_->commits();
  }

  static std::vector<Wish> Many(std::size_t count, const std::string& values) {
    std::vector<Wish> wishes;
    for (std::size_t i = 0; i < count; ++i) {
      wishes.push_back(Creates("88.118/" + std::to_string(i), values));
    }
    return wishes;
  }

  // Values of about so many octets.
  static std::string ValuesOfSize(std::size_t octets) { return ValuesOf(std::string(octets, 'x')); }

  ManualClock clock_{kTestTime};
  store::MemoryDisk disk_;
  std::unique_ptr<HookedEngine> engine_;
  std::unique_ptr<Committer> committer_;
  std::vector<Sent> sent_;
};

TEST_F(GroupLimits, LargeRequestsAreSplitIntoSeveralCommits) {
  Start({});
  for (const Answer& answer : Send(Many(20, ValuesOfSize(250'000)))) {
    EXPECT_EQ(answer.kind, Kind::kCommitted) << answer.error.what;
  }
  // Each takes half a megabyte, as record and in the log; a group one megabyte.
  EXPECT_GE(StopAndCheck(), 10U);
}

TEST_F(GroupLimits, MoreRequestsThanAGroupTakesAreSplit) {
  Start({}, {.requests = 7});
  for (const Answer& answer : Send(Many(30, ValuesOf("v")))) {
    EXPECT_EQ(answer.kind, Kind::kCommitted);
  }
  EXPECT_EQ(StopAndCheck(), 5U) << "30 = 7 + 7 + 7 + 7 + 2";
}

TEST_F(GroupLimits, ThoseOfTheEngineBindAlsoWhereTheGroupsAreHigher) {
  Start({.keys = 40, .octets = 20'000}, {.requests = 1'024, .octets = 100'000'000});
  for (const Answer& answer : Send(Many(50, ValuesOfSize(500)))) {
    EXPECT_EQ(answer.kind, Kind::kCommitted) << answer.error.what;
  }
  EXPECT_GE(StopAndCheck(), 6U) << "9 entries have 38 keys, and the head and a job one each";
}

TEST_F(GroupLimits, OneThatNoCommitCanHoldGetsAnErrorAndTheOthersGoOn) {
  Start({});
  std::vector<Wish> wishes = Many(5, ValuesOf("v"));
  wishes[2].content = ValuesOfSize(2'100'000);  // twice that is more than 4 MB
  const std::vector<Answer> answers = Send(wishes);
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    EXPECT_EQ(answers[i].kind, i == 2 ? Kind::kUnavailable : Kind::kCommitted) << i;
  }
  EXPECT_EQ(answers[2].error.code, Errc::kTooLarge) << "never, rather than not now";
  EXPECT_TRUE(committer_->state().accepts_writes);
  EXPECT_EQ(Send({Creates("88.118/NEXT")})[0].kind, Kind::kCommitted);
  StopAndCheck();
}

TEST_F(GroupLimits, OneThatIsLargerThanAGroupGoesAlone) {
  Start({});
  std::vector<Wish> wishes = Many(3, ValuesOf("v"));
  wishes[1].content = ValuesOfSize(700'000);
  for (const Answer& answer : Send(wishes)) EXPECT_EQ(answer.kind, Kind::kCommitted);
  EXPECT_EQ(StopAndCheck(), 3U);
}

TEST_F(GroupLimits, WhatIsErasedInPassingFindsItsLimitInTheEngines) {
  Start({.keys = 40, .octets = 100'000});
  Send(Many(30, ValuesOf("v")));
  clock_.Advance(31 * Day::kMs);
  std::vector<Wish> wishes = Many(30, ValuesOf("w"));
  for (Wish& wish : wishes) wish.kind = EntryKind::kUpdated;
  for (const Answer& answer : Send(wishes)) {
    EXPECT_EQ(answer.kind, Kind::kCommitted) << answer.error.what;
  }
  EXPECT_GT(CountAgain(*engine_).forgotten, 0U);
  StopAndCheck();
}

// Right at the limit, in steps of a few octets, so that nothing that a commit also holds is
// forgotten: neither the head nor what is erased in passing.
TEST_F(GroupLimits, AnythingIsEitherCommittedOrRefusedAloneUpToTheVeryLimit) {
  constexpr std::size_t kLimit = 20'000;
  Start({.keys = 40, .octets = kLimit});
  Send(Many(30, ValuesOf("v")));
  clock_.Advance(31 * Day::kMs);  // all of these are to be forgotten in passing
  int committed = 0;
  int too_large = 0;
  for (std::size_t size = kLimit / 2 - 3'000; size < kLimit / 2; size += 97) {
    const Answer answer = Send({Creates("88.119/" + std::to_string(size), ValuesOfSize(size))})[0];
    if (answer.kind == Kind::kCommitted) {
      ++committed;
      EXPECT_EQ(too_large, 0) << "there is one limit";
    } else {
      ++too_large;
      EXPECT_EQ(answer.error.code, Errc::kTooLarge) << answer.error.what;
    }
    ASSERT_TRUE(committer_->state().accepts_writes);
  }
  EXPECT_GT(committed, 0);
  EXPECT_GT(too_large, 0);
  StopAndCheck();
}

TEST_F(GroupLimits, AnEngineTooSmallForAnyEntryRefusesAllAndHangsNobody) {
  Start({.keys = 4, .octets = 4'000});
  for (const Answer& answer : Send(Many(3, ValuesOf("v")))) {
    EXPECT_EQ(answer.error.code, Errc::kTooLarge);
  }
  EXPECT_EQ(StopAndCheck(), 0U);
}

// --- what an entry has no room for ---

// Answers whatever a test likes, by no rules.
class LawlessRequest final : public Request {
 public:
  LawlessRequest(Origin origin, Change change)
      : Request(std::move(origin)), change_(std::move(change)) {}
  std::future<Answer> answer() { return promise_.get_future(); }
  Result<Change> Decide(const Overlay& /*now*/, const Moment& /*moment*/) override {
    return change_;
  }
  Hash DigestAt(std::int64_t /*time_ms*/) const override { return {}; }
  void Done(const Answer& answer) noexcept override { promise_.set_value(answer); }

 private:
  const Change change_;
  std::promise<Answer> promise_;
};

TEST_F(GroupLimits, AnEntryThatCouldNotBeReadBackIsNotWritten) {
  Start({});
  const Change fine{.prefix = "88.118", .identifier = "88.118/A", .state = ValuesOf("v")};
  std::vector<std::pair<Request::Origin, Change>> lawless;
  const auto add = [&](auto change_it) {
    Request::Origin origin{.actor = "\1t", .id = NewRequestId()};
    Change change = fine;
    change_it(origin, change);
    lawless.emplace_back(origin, change);
  };
  add([](auto&, Change& change) { change.prefix = std::string(kMaxPrefix + 1, '8'); });
  add([](auto&, Change& change) { change.identifier = std::string(kMaxIdentifier + 1, 'i'); });
  add([](auto& origin, Change&) { origin.actor = Actor(kMaxActor + 1, 'a'); });
  add([](auto&, Change& change) { change.prefix.clear(); });
  add([](auto&, Change& change) { change.kind = EntryKind::kPrefixPut; });
  for (const auto& [origin, change] : lawless) {
    auto request = std::make_unique<LawlessRequest>(origin, change);
    auto future = request->answer();
    committer_->Submit(std::move(request));
    const Answer answer = future.get();
    EXPECT_EQ(answer.kind, Kind::kUnavailable);
    EXPECT_EQ(answer.error.code, Errc::kInternal) << answer.error.what;
  }
  EXPECT_EQ(StopAndCheck(), 0U);
}

TEST_F(GroupLimits, TheLongestNamesFit) {
  Start({});
  Wish wish = Creates(std::string(kMaxPrefix, '8') + "/");
  wish.identifier += std::string(kMaxIdentifier - wish.identifier.size(), 'I');
  wish.origin.actor = Actor(kMaxActor, 'a');
  EXPECT_EQ(Send({wish})[0].kind, Kind::kCommitted);
  StopAndCheck();
}

}  // namespace
}  // namespace idnode::ledger
