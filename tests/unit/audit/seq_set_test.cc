#include "audit/seq_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace idnode::audit {
namespace {

constexpr ledger::Seq kLast = ledger::kNoSeq;

TEST(SeqSetTest, BeginsEmpty) {
  const SeqSet set;
  EXPECT_EQ(set.size(), 0U);
  EXPECT_EQ(set.From(0), std::nullopt);
  EXPECT_FALSE(set.Contains(0));
}

TEST(SeqSetTest, HoldsBothEndsOfTheRange) {
  SeqSet set;
  set.Insert(0);
  set.Insert(kLast);
  EXPECT_EQ(set.From(0), 0U);
  EXPECT_EQ(set.From(1), kLast);
  EXPECT_EQ(set.From(kLast), kLast);
}

TEST(SeqSetTest, DoesWhatASetOfNumbersDoes) {
  std::mt19937 random(20260301);
  SeqSet set;
  std::set<ledger::Seq> expected;
  // Dense, around the borders of words and chunks, and far apart.
  const auto next = [&]() -> ledger::Seq {
    const ledger::Seq low = random() % 200;
    switch (random() % 3) {
      case 0:
        return low;
      case 1:
        return (ledger::Seq{1} << 16) * (random() % 3 + 1) - 100 + low;
      default:
        return (ledger::Seq{random() % 4} << 60) + low;
    }
  };
  for (int i = 0; i < 20'000; ++i) {
    const ledger::Seq seq = next();
    if (random() % 2 == 0) {
      set.Insert(seq);
      expected.insert(seq);
    } else {
      EXPECT_EQ(set.Erase(seq), expected.erase(seq) == 1);
    }
    const ledger::Seq from = next();
    const auto at = expected.lower_bound(from);
    EXPECT_EQ(set.From(from), at == expected.end() ? std::nullopt : std::optional(*at));
    EXPECT_EQ(set.Contains(from), expected.contains(from));
    EXPECT_EQ(set.size(), expected.size());
  }
}

}  // namespace
}  // namespace idnode::audit
