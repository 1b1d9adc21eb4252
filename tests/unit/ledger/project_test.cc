// The recount (recount.h) checks what Project() has made of whole lives; here is what it makes of
// one entry, and of the moment when the day changes.
#include "ledger/project.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <ctime>
#include <random>

#include "fixture.h"
#include "octets.h"
#include "recount.h"

namespace idnode::ledger {
namespace {

using store::Family;

Entry SomeEntry() {
  return {
      .leaf = {.seq = 9,
               .time_ms = kTestTime,
               .kind = EntryKind::kUpdated,
               .channel = Channel::kHandle,
               .prefix = "88.118"},
      .payload = {.actor = "\1token-7.",
                  .identifier = "88.118/aB",
                  .state = EncodeRecordState({.spelling = "88.118/Ab", .values = "\0\0\0\0v"})}};
}

TEST(Project, MakesTheRowsOfOneEntryAndNothingElse) {
  const Entry entry = SomeEntry();
  Tip before{.seq = 4};
  before.totals[Channel::kGrpc].created = 3;
  const Tip tip = NextTip(entry, before);
  std::vector<store::Put> puts = {{Family::kJobs, "k", "v"}};
  Project(entry, tip, puts);
  ASSERT_EQ(puts.size(), 5U) << "appended to what was there";
  EXPECT_EQ(puts[1].family, Family::kRecords);
  EXPECT_EQ(puts[1].key, "88.118/AB");
  EXPECT_EQ(puts[1].value, EncodeStateRow(9, entry.payload.state));
  EXPECT_EQ(puts[2].family, Family::kCounts);
  EXPECT_EQ(puts[2].key, "t88.118");
  EXPECT_EQ(puts[2].value, EncodeTip(tip));
  EXPECT_EQ(puts[3].family, Family::kCounts);
  EXPECT_EQ(puts[3].key, DayKey("88.118", Day(20'775)));
  EXPECT_EQ(puts[3].value, EncodeDay(tip.totals));
  EXPECT_EQ(puts[4].family, Family::kRequests);
  EXPECT_EQ(puts[4].key, RequestKey("\1token-7.", {}));

  std::vector<store::Put> again;
  Project(entry, tip, again);
  for (std::size_t i = 0; i < again.size(); ++i) EXPECT_EQ(again[i].value, puts[i + 1].value);
}

TEST(Project, AControlEntryHasNoDayAndItsPrefixIsEmpty) {
  Entry entry = SomeEntry();
  entry.leaf.kind = EntryKind::kTokenPut;
  entry.leaf.prefix.clear();
  entry.payload.identifier = "tId";
  entry.payload.state = "an object";
  std::vector<store::Put> puts;
  Project(entry, NextTip(entry, {}), puts);
  ASSERT_EQ(puts.size(), 3U);
  EXPECT_EQ(puts[0].family, Family::kControl);
  EXPECT_EQ(puts[0].key, "tId") << "not folded";
  EXPECT_EQ(puts[1].key, "t");
  EXPECT_EQ(DecodeTip(puts[1].value).value(), Tip{.seq = 9}) << "totals stay zero";
  EXPECT_EQ(puts[2].family, Family::kRequests);
}

TEST(Project, TheKeyFollowsTheCasePolicy) {
  Entry entry = SomeEntry();
  entry.payload.identifier = "88.ab/cD";
  EXPECT_EQ(SubjectOf(entry).key, "88.AB/CD");
  entry.payload.case_policy = handle::CasePolicy::kSensitive;
  EXPECT_EQ(SubjectOf(entry).key, "88.AB/cD");
}

TEST(NextTip, CountsInTheEntrysChannelAlone) {
  for (int channel = 1; channel <= 5; ++channel) {
    for (int kind = 1; kind <= 4; ++kind) {
      Entry entry = SomeEntry();
      entry.leaf.channel = static_cast<Channel>(channel);
      entry.leaf.kind = static_cast<EntryKind>(kind);
      Tip before{.seq = 4};
      for (int i = 1; i <= 5; ++i) before.totals[static_cast<Channel>(i)].created = 100;
      const Tip tip = NextTip(entry, before);
      EXPECT_EQ(tip.seq, 9U);
      for (int i = 1; i <= 5; ++i) {
        const Totals& totals = tip.totals[static_cast<Channel>(i)];
        const bool is_here = i == channel;
        EXPECT_EQ(totals.created, 100U + (is_here && kind == 1 ? 1 : 0));
        EXPECT_EQ(totals.recreated, is_here && kind == 2 ? 1U : 0U);
        EXPECT_EQ(totals.updated, is_here && kind == 3 ? 1U : 0U);
        EXPECT_EQ(totals.deleted, is_here && kind == 4 ? 1U : 0U);
      }
    }
  }
}

// --- digests of requests ---

TEST(RequestDigest, IsTheHashOfItsTable) {
  const std::string octets = Octets("02 0000000000000102 0009") + "88.118/aBvalues";
  EXPECT_EQ(RequestDigest({.kind = EntryKind::kUpdated,
                           .expected_seq = 0x102,
                           .identifier = "88.118/aB",
                           .content = "values"}),
            crypto::Sha256({AsBytes(octets)}));
}

TEST(RequestDigest, TellsApartWhatIsAnotherRequestAndNothingElse) {
  const RequestContent base{.identifier = "88.118/a", .content = "v"};
  const auto changed = [&](auto change) {
    RequestContent other = base;
    change(other);
    return RequestDigest(other) != RequestDigest(base);
  };
  EXPECT_FALSE(changed([](RequestContent& other) { other.kind = EntryKind::kRecreated; }))
      << "what the node makes of a registration is not the requester's doing";
  EXPECT_TRUE(changed([](RequestContent& other) { other.kind = EntryKind::kUpdated; }));
  EXPECT_TRUE(changed([](RequestContent& other) { other.kind = EntryKind::kDeleted; }));
  EXPECT_TRUE(changed([](RequestContent& other) { other.kind = EntryKind::kPrefixPut; }));
  EXPECT_TRUE(changed([](RequestContent& other) { other.expected_seq = 0; }));
  EXPECT_TRUE(changed([](RequestContent& other) { other.identifier = "88.118/A"; }));
  EXPECT_TRUE(changed([](RequestContent& other) { other.content = "w"; }));
  EXPECT_TRUE(changed([](RequestContent& other) {
    other.identifier = "88.118/av";
    other.content = "";
  })) << "the border between identifier and content counts";
}

TEST(RequestOf, IsWhatWasAskedForNotWhatTheNodeMade) {
  Entry entry = SomeEntry();
  entry.payload.expected_seq = 3;
  const std::string values("\0\0\0\0v", 5);
  entry.payload.state = EncodeRecordState({.spelling = "88.118/Ab", .values = values});
  RequestContent request = RequestOf(entry);
  EXPECT_EQ(request.kind, EntryKind::kUpdated);
  EXPECT_EQ(request.expected_seq, Seq{3});
  EXPECT_EQ(request.identifier, "88.118/aB");
  EXPECT_EQ(request.content, values) << "neither flags nor first spelling";

  entry.leaf.kind = EntryKind::kDeleted;
  entry.payload.state = EncodeRecordState({.flags = kTombstone, .values = std::string(4, '\0')});
  EXPECT_EQ(RequestOf(entry).content, "");
  entry.payload.state = "unreadable";
  EXPECT_EQ(RequestOf(entry).content, "");
  for (const EntryKind kind : {EntryKind::kClockAccepted, EntryKind::kTokenRevoked}) {
    entry.leaf.kind = kind;
    EXPECT_EQ(RequestOf(entry).content, "") << "the node makes the state";
  }
  for (const EntryKind kind : {EntryKind::kPrefixPut, EntryKind::kTokenPut}) {
    entry.leaf.kind = kind;
    EXPECT_EQ(RequestOf(entry).content, "unreadable") << "the object as it was sent";
  }
}

// --- the day in China, wherever the machine thinks it is ---

class InZone : public testing::TestWithParam<const char*> {
 protected:
  InZone() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread yet
    if (const char* before = std::getenv("TZ")) before_ = before;
    Set(GetParam());
  }
  ~InZone() override { Set(before_.empty() ? nullptr : before_.c_str()); }

 public:
  InZone(const InZone&) = delete;
  InZone& operator=(const InZone&) = delete;

 private:
  static void Set(const char* zone) {
    // NOLINTBEGIN(concurrency-mt-unsafe): no other thread reads the environment
    if (zone == nullptr) {
      ::unsetenv("TZ");
    } else {
      ::setenv("TZ", zone, 1);
    }
    // NOLINTEND(concurrency-mt-unsafe)
    ::tzset();
  }

  std::string before_;
};

// The rows of family counts for one prefix: day number -> created, counted from the log's times.
TEST_P(InZone, ADayEndsAtMidnightInChina) {
  // 2026-11-18 16:00:00 UTC is 2026-11-19 00:00:00 in China: day 20776 begins.
  constexpr std::int64_t kMidnight = 1'795'017'600'000;
  MemoryLedger ledger;
  ledger.clock.Advance(kMidnight - 2 - kTestTime);
  for (int i = 0; i < 5; ++i) {  // at -2, -1, 0, 1, 2 ms
    ledger.Commit(Creates("88.118/" + std::to_string(i)));
    ledger.clock.Advance(1);
  }
  std::vector<std::pair<std::int32_t, std::uint64_t>> days;
  const auto rows = ledger.engine->Scan(Family::kCounts, "d", 100).value();
  for (const store::Row& row : rows) {
    const auto key = DecodeCountsKey(row.key).value();
    if (!key.is_day) break;
    days.emplace_back(key.day.number(), DecodeDay(row.value).value().Sum().created);
  }
  EXPECT_EQ(days, (std::vector<std::pair<std::int32_t, std::uint64_t>>{{20'776, 5}, {20'775, 2}}));
  ExpectAgreement(*ledger.engine);
}

INSTANTIATE_TEST_SUITE_P(Zones, InZone,
                         testing::Values("UTC", "Asia/Shanghai", "America/Los_Angeles",
                                         "Pacific/Kiritimati", "XYZ+12", "XYZ-14"),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::erase_if(name,
                                         [](unsigned char c) { return std::isalnum(c) == 0; });
                           return name + std::to_string(param.index);
                         });

// --- whole lives, against the recount ---

Wish RandomWish(std::minstd_rand& random) {
  const std::string prefix = "88." + std::to_string(random() % 3);
  const bool sensitive = prefix == "88.2";
  const char letter = static_cast<char>((random() % 2 == 0 ? 'a' : 'A') + random() % 4);
  const std::string identifier = prefix + "/" + letter;
  Wish wish;
  switch (random() % 6) {
    case 0:
    case 1:
      wish = Creates(identifier, ValuesOf("v" + std::to_string(random() % 100)));
      break;
    case 2:
    case 3:
      wish = Updates(identifier, ValuesOf("w" + std::to_string(random() % 100)));
      break;
    case 4:
      wish = Deletes(identifier);
      break;
    default:
      wish = random() % 2 == 0 ? PutsControl("p" + prefix, "object " + std::to_string(random()))
                               : PutsControl("t1", "token", EntryKind::kTokenRevoked);
  }
  if (sensitive) wish.case_policy = handle::CasePolicy::kSensitive;
  if (random() % 8 == 0) wish.origin.expected_seq = random() % 20;
  wish.origin.channel = static_cast<Channel>(1 + random() % 5);
  wish.origin.actor = random() % 2 == 0 ? Actor(1, kActorNode) : Actor("\1token-7.");
  return wish;
}

TEST(Project, EveryViewOfRandomLivesIsWhatARecountMakesOfTheLog) {
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    std::minstd_rand random(seed);
    MemoryLedger ledger;
    int committed = 0;
    for (int i = 0; i < 200; ++i) {
      if (random() % 10 == 0) ledger.clock.Advance(static_cast<std::int64_t>(random()) % Day::kMs);
      if (random() % 50 == 0) ledger.Restart();
      if (ledger.Do(RandomWish(random)).done()) ++committed;
    }
    EXPECT_GT(committed, 50);
    const auto log = ExpectAgreement(*ledger.engine);
    EXPECT_EQ(log.size(), static_cast<std::size_t>(committed));
  }
}

}  // namespace
}  // namespace idnode::ledger
