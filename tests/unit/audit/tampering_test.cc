// Every octet of a value of every kind, and whole rows: removed, added, exchanged.
#include "tampering.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "ledger/head.h"
#include "ledger/rows.h"
#include "sample_log.h"
#include "store/memory/memory_engine.h"

namespace idnode::audit {
namespace {

using store::Family;

struct Kind {
  const char* name;
  Family family;
  std::string key;
};
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

std::vector<Kind> Kinds() {
  const Day first_day = Day::Of(kStartMs);
  ledger::RequestId late_id{};
  late_id.front() = 8;
  return {
      {"Head", Family::kMeta, std::string(store::kHeadKey)},
      {"Record", Family::kRecords, "88.118.1/PART-0"},
      {"Tombstone", Family::kRecords, "88.118.1/PART-4"},
      {"ControlObject", Family::kControl, "p88.118.2"},
      {"Clock", Family::kControl, "c"},
      {"Tip", Family::kCounts, ledger::TipKey("88.118.1")},
      {"Day", Family::kCounts, ledger::DayKey("88.118.1", first_day)},
      {"LastDay", Family::kCounts, ledger::DayKey("88.118.1", first_day + 32)},
      {"FirstLeaf", Family::kLeaf, ledger::SeqKey(0)},
      {"Leaf", Family::kLeaf, ledger::SeqKey(19)},
      {"Payload", Family::kPayload, ledger::SeqKey(19)},
      {"Request", Family::kRequests, ledger::RequestKey("\1token-7.", late_id)},
      {"Job", Family::kJobs, "requests-forgotten"},
  };
}

class TamperingTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    disk_ = new store::MemoryDisk;
    store::MemoryEngine engine(*disk_);
    MakeSampleLog(engine);
    ASSERT_TRUE(Verified(engine).ok()) << Show(Verified(engine));
  }
  static void TearDownTestSuite() { delete disk_; }

  // What is found with one row changed; no value: without it.
  static Verification With(Family family, const std::string& key,
                           const std::optional<std::string>& value) {
    store::MemoryDisk::Table& table = disk_->Of(family);
    const auto row = table.find(key);
    const std::optional<std::string> before =
        row == table.end() ? std::nullopt : std::optional(row->second);
    const auto put = [&](const std::optional<std::string>& now) {
      table.erase(key);
      if (now.has_value()) table.emplace(key, *now);
    };
    put(value);
    const store::MemoryEngine engine(*disk_);
    Verification found = Verified(engine);
    put(before);
    return found;
  }

  static const std::string& ValueOf(const Kind& kind) {
    const auto row = disk_->Of(kind.family).find(kind.key);
    if (row == disk_->Of(kind.family).end()) throw std::runtime_error(kind.name);
    return row->second;
  }

  static void ChangeEveryOctet(const Kind& kind, Checksum checksum, std::mt19937& random) {
    const std::string value = ValueOf(kind);
    const std::size_t size =
        checksum == Checksum::kLeft ? value.size() : value.size() - ledger::kSealSize;
    for (std::size_t position = 0; position < size; ++position) {
      const Verification found =
          With(kind.family, kind.key, Changed(value, position, checksum, random));
      const bool expected = checksum == Checksum::kLeft || HasCounterpart(kind.family, position);
      ASSERT_EQ(IsNoticed(found, kind.family, kind.key, checksum), expected)
          << "octet " << position << "\n"
          << Show(found);
      ASSERT_EQ(found.ok(), !expected);
    }
  }

  // NOLINTNEXTLINE(readability-identifier-naming): a member, whatever clang-tidy 14 says
  static inline store::MemoryDisk* disk_ = nullptr;
};

class KindTest : public TamperingTest, public testing::WithParamInterface<Kind> {};

TEST_P(KindTest, NoticesEveryChangedOctet) {
  std::mt19937 random = SeededRandom();
  ChangeEveryOctet(GetParam(), Checksum::kLeft, random);
}

TEST_P(KindTest, NoticesEveryChangedOctetUnderARightChecksum) {
  std::mt19937 random = SeededRandom();
  ChangeEveryOctet(GetParam(), Checksum::kMended, random);
}

TEST_P(KindTest, NoticesAMissingRow) {
  const Kind& kind = GetParam();
  const Verification found = With(kind.family, kind.key, std::nullopt);
  EXPECT_TRUE(IsNoticed(found, kind.family, kind.key, Checksum::kMended)) << Show(found);
}

TEST_P(KindTest, NoticesShorterValues) {
  const Kind& kind = GetParam();
  const std::string value = ValueOf(kind);
  for (std::size_t size = 0; size <= ledger::kSealSize; ++size) {
    const Verification found = With(kind.family, kind.key, value.substr(0, size));
    ASSERT_TRUE(Names(found, kind.family, kind.key)) << size << "\n" << Show(found);
  }
  for (std::size_t size = ledger::kSealSize; size < value.size(); size += 7) {
    const Verification found = With(kind.family, kind.key, Mend(value.substr(0, size)));
    ASSERT_TRUE(Names(found, kind.family, kind.key)) << size << "\n" << Show(found);
  }
}

TEST_P(KindTest, NoticesALongerValue) {
  const Kind& kind = GetParam();
  const Verification found = With(kind.family, kind.key, Mend(ValueOf(kind) + "more"));
  EXPECT_TRUE(Names(found, kind.family, kind.key)) << Show(found);
}

// A change of a view tells of nothing but that row.
TEST_P(KindTest, BlamesNothingElseForADamagedView) {
  const Kind& kind = GetParam();
  if (kind.family == Family::kLeaf || kind.family == Family::kPayload) return;
  std::string value = ValueOf(kind);
  value.front() = 9;
  for (const std::string& changed : {value, Mend(value)}) {
    const Verification found = With(kind.family, kind.key, changed);
    EXPECT_EQ(found.difference_count, 1U) << Show(found);
  }
}

TEST_P(KindTest, NoticesARowTooMany) {
  const Kind& kind = GetParam();
  if (kind.family == Family::kJobs) return;  // other jobs may come
  // A key that sorts behind it and looks like one of its family.
  std::string key = kind.key;
  key.back() = static_cast<char>(key.back() + 100);
  const Verification found = With(kind.family, key, ValueOf(kind));
  EXPECT_TRUE(Names(found, kind.family, key)) << Show(kind.family, key) << "\n" << Show(found);
}

TEST_P(KindTest, NoticesExchangedValues) {
  const Kind& kind = GetParam();
  auto& table = disk_->Of(kind.family);
  for (auto other = table.begin(); other != table.end(); ++other) {
    const auto one = table.find(kind.key);
    if (one->second == other->second) continue;
    std::swap(one->second, other->second);
    const store::MemoryEngine engine(*disk_);
    const Verification found = Verified(engine);
    std::swap(one->second, other->second);
    ASSERT_TRUE(Names(found, kind.family, kind.key)) << Show(found);
    ASSERT_TRUE(Names(found, kind.family, other->first)) << Show(found);
  }
}

// With a head whose tree is that of the changed leaf: what else speaks against it. Only its time
// (octets 13 to 20) has no counterpart, as long as it stays between its neighbours'.
TEST_F(TamperingTest, NoticesAChangedLeafUnderAMendedTree) {
  std::mt19937 random = SeededRandom();
  const std::string head_before = disk_->Of(Family::kMeta).at(std::string(store::kHeadKey));
  const std::string key = ledger::SeqKey(19);
  const std::string before = disk_->Of(Family::kLeaf).at(key);
  for (std::size_t position = 0; position < before.size() - ledger::kSealSize; ++position) {
    if (position >= 13 && position <= 20) continue;
    disk_->Of(Family::kLeaf).at(key) = Changed(before, position, Checksum::kMended, random);
    ledger::Head head = ledger::DecodeHead(head_before).value();
    head.tree = {};
    for (const auto& [seq, leaf] : disk_->Of(Family::kLeaf)) {
      head.tree.Append(ledger::LeafHash(ledger::Unseal(leaf).value()));
    }
    const Verification found =
        With(Family::kMeta, std::string(store::kHeadKey), ledger::EncodeHead(head));
    EXPECT_FALSE(found.ok()) << "octet " << position;
    EXPECT_FALSE(Names(found, Family::kMeta)) << Show(found);
  }
  disk_->Of(Family::kLeaf).at(key) = before;
}

INSTANTIATE_TEST_SUITE_P(, KindTest, testing::ValuesIn(Kinds()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace idnode::audit
