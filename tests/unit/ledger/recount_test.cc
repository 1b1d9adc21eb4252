// The recount is what other tests believe in, so it has to see what is wrong. It is shown a store
// in which one octet has changed, and the checksum behind it agrees: at every place in turn.
#include "recount.h"

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "base/writer.h"
#include "fixture.h"

namespace idnode::ledger {
namespace {

using store::Family;

void FillWithEverything(MemoryLedger& ledger) {
  ledger.Commit(PutsControl("p88.118", "a prefix"));
  ledger.Commit(Creates("88.118/A"));
  ledger.Commit(Creates("88.118/b"));
  ledger.clock.Advance(Day::kMs);
  ledger.Commit(Updates("88.118/A"));
  ledger.Commit(Deletes("88.118/A"));
  ledger.Commit(Creates("88.118/a"));
  ledger.Commit(Creates("88.119/x"));
  ledger.Commit(AcceptsClock());
}

std::string Sealed(std::string octets) {
  TextWriter(octets).U32(Crc32c(AsBytes(octets)));
  return octets;
}

TEST(Recount, AgreesWithAnEmptyStore) {
  const store::MemoryDisk disk;
  store::MemoryDisk copy = disk;
  EXPECT_TRUE(ExpectAgreement(store::MemoryEngine(copy)).empty());
}

TEST(Recount, AgreesWithAHealthyStore) {
  MemoryLedger ledger;
  FillWithEverything(ledger);
  const std::vector<Line> log = ExpectAgreement(*ledger.engine);
  ASSERT_EQ(log.size(), 8U);
  EXPECT_EQ(log[0].prefix, "");
  EXPECT_EQ(log[5].kind, 2) << "re-created under another spelling";
  EXPECT_EQ(log[5].identifier, "88.118/a");
  EXPECT_EQ(log[6].prefix, "88.119");
}

TEST(Recount, NoticesEveryChangedOctetBehindAValidChecksum) {
  MemoryLedger ledger;
  FillWithEverything(ledger);
  ledger.Stop();
  constexpr std::size_t kNonceBegin = 13;  // of the head: nothing can say what they should be
  constexpr std::size_t kNonceEnd = 29;
  for (std::size_t family = 0; family < store::kFamilies; ++family) {
    for (const auto& [key, value] : ledger.disk.tables.at(family)) {
      const std::string octets = value.substr(0, value.size() - 4);
      for (std::size_t i = 0; i < octets.size(); ++i) {
        const bool is_head = static_cast<Family>(family) == Family::kMeta;
        if (is_head && ((i >= kNonceBegin && i < kNonceEnd) || (i >= 1 && i < 5))) continue;
        store::MemoryDisk disk = ledger.disk;
        std::string changed = octets;
        changed[i] = static_cast<char>(changed[i] ^ 0x20);
        disk.tables.at(family)[key] = Sealed(changed);
        EXPECT_FALSE(CountAgain(store::MemoryEngine(disk)).faults.empty())
            << store::FamilyName(static_cast<Family>(family)) << " octet " << i;
      }
    }
  }
}

TEST(Recount, NoticesEveryMissingRowAndAnyThatIsTooMuch) {
  MemoryLedger ledger;
  FillWithEverything(ledger);
  ledger.Stop();
  for (std::size_t family = 0; family < store::kFamilies; ++family) {
    for (const auto& [key, value] : ledger.disk.tables.at(family)) {
      store::MemoryDisk without = ledger.disk;
      without.tables.at(family).erase(key);
      EXPECT_FALSE(CountAgain(store::MemoryEngine(without)).faults.empty());
      if (static_cast<Family>(family) == Family::kMeta) continue;
      store::MemoryDisk with = ledger.disk;
      with.tables.at(family)[key + "x"] = value;
      EXPECT_FALSE(CountAgain(store::MemoryEngine(with)).faults.empty());
    }
  }
}

}  // namespace
}  // namespace idnode::ledger
