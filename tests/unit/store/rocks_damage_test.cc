// Flips bits and octets in the files of a database, as a failing disk would, and expects that this
// is noticed or does no harm: what opens holds every commit unchanged, or a log that is shorter
// than the mark says. Never is it a hole that nobody sees.
//
// Prints its seed; the environment variable IDNODE_TEST_SEED repeats one. Which tables there are
// depends on RocksDB's threads, so a repetition flips alike, but not in the very same files.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "breakable_disk.h"
#include "fatal_octet.h"
#include "store/mark_file.h"
#include "store/rocksdb/rocks_engine.h"
#include "temporary_directory.h"

namespace idnode::store {
namespace {

constexpr int kCommits = 300;

using Rows = std::map<std::pair<Family, std::string>, std::string>;
enum class Kind : std::uint8_t { kLog, kTable, kManifest, kRoot, kOther };

Kind KindOf(const std::string& name) {
  if (name.ends_with(".log")) return Kind::kLog;
  if (name.ends_with(".sst")) return Kind::kTable;
  if (name.starts_with("MANIFEST")) return Kind::kManifest;
  return name == "CURRENT" ? Kind::kRoot : Kind::kOther;
}

// Where the records of a log or manifest begin: 4 octets of checksum, 2 of length (little-endian),
// 1 of type, then the record; in blocks of 32,768 octets whose last 6 or fewer are not used.
// Source: RocksDB's wiki, "Write Ahead Log File Format".
std::vector<std::size_t> RecordsOf(const std::string& octets) {
  constexpr std::size_t kBlock = 32'768;
  constexpr std::size_t kHeader = 7;
  std::vector<std::size_t> records;
  for (std::size_t at = 0; at + kHeader <= octets.size();) {
    const std::size_t left = kBlock - at % kBlock;
    if (left < kHeader) {
      at += left;
      continue;
    }
    records.push_back(at);
    const auto low = static_cast<std::uint8_t>(octets[at + 4]);
    const auto high = static_cast<std::uint8_t>(octets[at + 5]);
    at += kHeader + low + std::size_t{256} * high;
  }
  return records;
}

class RocksDamageTest : public testing::Test {
 protected:
  RocksDamageTest() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread is running in this program
    const char* chosen = std::getenv("IDNODE_TEST_SEED");
    seed_ = chosen != nullptr ? static_cast<unsigned>(std::stoul(chosen)) : std::random_device()();
    random_.seed(seed_);
    std::cout << "seed " << seed_ << '\n';
    WriteDatabase();
    for (const auto& file : std::filesystem::directory_iterator(image_)) {
      std::ifstream in(file.path(), std::ios::binary);
      files_[file.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
    }
  }

  std::size_t Below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

  std::string Octets(std::size_t size) {
    std::string octets(size, '\0');
    for (char& octet : octets) octet = static_cast<char>(random_());
    return octets;
  }

  // Small memtables, so that much is in tables; and one opening in between, whose tables RocksDB
  // notes in another way.
  RocksEngine::Options Options() const {
    return {.memtable_octets = std::size_t{16} << 10, .env = env_.get()};
  }

  void WriteDatabase() {
    auto opened = RocksEngine::Open(image_, Options());
    ASSERT_TRUE(opened.ok());
    RocksEngine& engine = *opened.value();
    auto mark = MarkFile::Open(mark_, true);
    ASSERT_TRUE(mark.ok());
    MarkFile file = std::move(mark).value();
    std::string head;
    for (int i = 1; i <= kCommits; ++i) {
      const std::string seq = std::to_string(i);
      std::vector<Put> puts = {{Family::kRecords, std::to_string(Below(200)), Octets(100)},
                               {Family::kLeaf, seq, Octets(120)},
                               {Family::kPayload, seq, Octets(150)},
                               {Family::kCounts, "tip", Octets(40)}};
      if (i % 3 == 0) puts.push_back({Family::kRequests, seq, Octets(40)});
      if (i % 50 == 0) puts.push_back({Family::kJobs, seq, Octets(40)});
      const std::string next = seq + '/' + Octets(100);
      ASSERT_EQ(engine.Commit(head, next, puts, {}).value(), Outcome::kCommitted);
      ASSERT_TRUE(file.Store(static_cast<std::uint64_t>(i)).ok());
      for (const Put& put : puts) rows_[{put.family, put.key}] = put.value;
      rows_[{Family::kMeta, std::string(kHeadKey)}] = next;
      head = next;
      if (i != kCommits / 2) continue;
      ASSERT_TRUE(engine.Reopen().ok());
    }
  }

  // A copy of the database with one octet changed.
  void CopyChanged(const std::string& changed, std::size_t at, char octet) {
    std::filesystem::remove_all(copy_);
    std::filesystem::create_directory(copy_);
    for (const auto& [name, octets] : files_) {
      if (KindOf(name) == Kind::kOther) continue;
      std::ofstream out(copy_ / name, std::ios::binary);
      out << octets;
      if (name == changed) out.seekp(static_cast<std::streamoff>(at)).put(octet);
    }
  }

  // What becomes of the copy: "refused", "read error", "behind the mark", "unharmed", or "a hole".
  std::string Verdict(bool read_only) const {
    RocksEngine::Options options = Options();
    options.read_only = read_only;
    const auto opened = RocksEngine::Open(copy_, options);
    if (!opened.ok()) return "refused";
    const RocksEngine& engine = *opened.value();
    Rows found;
    for (std::size_t i = 0; i < kFamilies; ++i) {
      const auto family = static_cast<Family>(i);
      const auto rows = engine.Scan(family, "", 100'000);
      if (!rows.ok()) return "read error";
      for (const Row& row : rows.value()) found[{family, row.key}] = row.value;
    }
    if (found == rows_) return "unharmed";
    const std::string head = engine.Head().value();
    const std::uint64_t entries = head.empty() ? 0 : std::stoull(head);
    return entries < MarkFile::Read(mark_).value() ? "behind the mark" : "a hole";
  }

  // Changes the octet at `at`, one bit of it or all, and expects no hole.
  void TryFlip(const std::string& name, std::size_t at, bool read_only) {
    if (KindOf(name) == Kind::kTable && IsFatalOctet(files_.at(name), at)) return;
    const char octet = files_.at(name)[at];
    const auto bit = static_cast<char>(1 << Below(8));
    const auto any = static_cast<char>(1 + Below(255));
    CopyChanged(name, at, static_cast<char>(octet ^ (Below(3) == 0 ? any : bit)));
    const std::string verdict = Verdict(read_only);
    ++verdicts_[verdict];
    ASSERT_NE(verdict, "a hole") << name << " at " << at << ", seed " << seed_;
  }

  void PrintVerdicts() const {
    for (const auto& [verdict, count] : verdicts_) std::cout << verdict << ": " << count << '\n';
  }

  unsigned seed_ = 0;
  std::mt19937 random_;
  const TemporaryDirectory directory_;
  const std::filesystem::path image_ = directory_.path() / "image";
  const std::filesystem::path copy_ = directory_.path() / "copy";
  const std::filesystem::path mark_ = directory_.path() / "mark";
  const std::shared_ptr<BreakableDisk> disk_ = std::make_shared<BreakableDisk>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  Rows rows_;                                 // what was committed
  std::map<std::string, std::string> files_;  // the image: name -> octets
  std::map<std::string, int> verdicts_;
};

TEST_F(RocksDamageTest, AnUndamagedCopyIsUnharmed) {
  for (const bool read_only : {true, false}) {
    CopyChanged("none", 0, 0);
    EXPECT_EQ(Verdict(read_only), "unharmed");
  }
}

// What is left out is one octet of each table, the top one of a small number.
TEST_F(RocksDamageTest, LeavesOutOneOctetOfEachTable) {
  for (const auto& [name, octets] : files_) {
    if (KindOf(name) != Kind::kTable) continue;
    std::vector<std::size_t> left_out;
    for (std::size_t at = 0; at < octets.size(); ++at) {
      if (IsFatalOctet(octets, at)) left_out.push_back(at);
    }
    ASSERT_EQ(left_out.size(), 1U) << name;
    EXPECT_EQ(octets.substr(left_out[0] - 2, 3), std::string(3, '\0')) << name;
  }
}

TEST_F(RocksDamageTest, NoFlippedOctetAnywhereLeavesAHole) {
  constexpr int kFlipsEach = 150;
  for (const Kind kind : {Kind::kLog, Kind::kTable, Kind::kManifest, Kind::kRoot}) {
    std::vector<std::string> names;
    for (const auto& [name, octets] : files_) {
      if (KindOf(name) == kind && !octets.empty()) names.push_back(name);
    }
    ASSERT_FALSE(names.empty());
    for (int i = 0; i < kFlipsEach; ++i) {
      const std::string& name = names[Below(names.size())];
      ASSERT_NO_FATAL_FAILURE(TryFlip(name, Below(files_.at(name).size()), i % 4 != 0));
    }
  }
  PrintVerdicts();
  EXPECT_GT(verdicts_["refused"], 200);
  EXPECT_GT(verdicts_["read error"], 0);
}

// A damaged length or type can make the rest of a file look unfinished, which RocksDB forgives.
TEST_F(RocksDamageTest, NoFlippedOctetInARecordsHeaderLeavesAHole) {
  constexpr int kFlipsEach = 250;
  for (const Kind kind : {Kind::kLog, Kind::kManifest}) {
    std::vector<std::pair<std::string, std::size_t>> headers;
    for (const auto& [name, octets] : files_) {
      if (KindOf(name) != kind) continue;
      for (const std::size_t at : RecordsOf(octets)) headers.emplace_back(name, at);
    }
    ASSERT_GT(headers.size(), 5U);
    for (int i = 0; i < kFlipsEach; ++i) {
      const auto& [name, at] = headers[Below(headers.size())];
      ASSERT_NO_FATAL_FAILURE(TryFlip(name, at + 4 + Below(3), i % 4 != 0));
    }
  }
  PrintVerdicts();
  EXPECT_GT(verdicts_["behind the mark"], 0) << "or this test tries too little";
}

}  // namespace
}  // namespace idnode::store
