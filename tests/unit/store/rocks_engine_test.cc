// What RocksEngine promises besides the contract: which errors it reports and in what words, what
// it forgives, and that it can be read without being changed.
#include "store/rocksdb/rocks_engine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <future>
#include <iterator>
#include <map>
#include <system_error>

#include "breakable_disk.h"
#include "other_user.h"
#include "temporary_directory.h"

namespace idnode::store {
namespace {

using Contents = std::map<std::string, std::string>;

// Every file with its octets.
Contents ContentsOf(const std::filesystem::path& directory) {
  Contents contents;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    std::ifstream in(file.path(), std::ios::binary);
    contents[file.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
  }
  return contents;
}

// The one write-ahead log in `directory`.
std::filesystem::path LogOf(const std::filesystem::path& directory) {
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().extension() == ".log") return file.path();
  }
  throw std::runtime_error("no log in " + directory.string());
}

void FlipABit(const std::filesystem::path& path, std::uintmax_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int octet = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(octet ^ 1));
}

class RocksEngineTest : public testing::Test {
 protected:
  void SetUp() override { ::chmod(directory_.path().c_str(), 0755); }  // for the other user
  void TearDown() override { ::chmod(path_.c_str(), 0755); }           // or it stays for ever

  Result<std::unique_ptr<RocksEngine>> Open(RocksEngine::Options options = {}) {
    reason_.clear();
    if (options.env == nullptr) options.env = env_.get();
    return RocksEngine::Open(path_, options, &reason_);
  }

  // Expects that opening is refused so, in words that hold `word` and the directory.
  void ExpectRefusal(Errc code, int detail, std::string_view word,
                     const RocksEngine::Options& options = {}) {
    const auto opened = Open(options);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, code) << reason_;
    EXPECT_EQ(opened.error().detail, static_cast<std::uint32_t>(detail)) << reason_;
    EXPECT_NE(reason_.find(word), std::string::npos) << reason_;
    EXPECT_NE(reason_.find(path_.string()), std::string::npos) << reason_;
  }

  // Commits heads "1" to `last`, each with a record of that name.
  static void Fill(RocksEngine& engine, int last) {
    for (int i = 1; i <= last; ++i) {
      const std::vector<Put> puts = {{Family::kRecords, std::to_string(i), "v"}};
      const std::string before = i == 1 ? "" : std::to_string(i - 1);
      ASSERT_EQ(engine.Commit(before, std::to_string(i), puts, {}).value(), Outcome::kCommitted);
    }
  }

  // Three commits that stay in the write-ahead log.
  void WriteThree() {
    const auto engine = Open();
    ASSERT_TRUE(engine.ok()) << reason_;
    Fill(*engine.value(), 3);
  }

  const TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "db";
  const std::shared_ptr<BreakableDisk> disk_ = std::make_shared<BreakableDisk>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  std::string reason_;
};

TEST_F(RocksEngineTest, ReportsADamagedLogRatherThanDropWhatLiesBehind) {
  WriteThree();
  const auto log = LogOf(path_);
  FlipABit(log, std::filesystem::file_size(log) / 2);
  ExpectRefusal(Errc::kCorrupt, 0, "damaged");
}

TEST_F(RocksEngineTest, ForgivesAnUnfinishedLastRecord) {
  WriteThree();
  const auto log = LogOf(path_);
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 1);
  const auto reopened = Open();
  ASSERT_TRUE(reopened.ok()) << reason_;
  EXPECT_EQ(reopened.value()->Head().value(), "2");
}

TEST_F(RocksEngineTest, ReportsACommitMissingBetweenTwoLogs) {
  // The first log ends early, as if unfinished; the second, of the next opening, goes on behind it.
  WriteThree();
  const auto first = ContentsOf(path_);
  {
    const auto engine = Open();
    ASSERT_TRUE(engine.ok()) << reason_;
    const std::array<Put, 1> puts = {Put{Family::kRecords, "4", "v"}};
    ASSERT_EQ(engine.value()->Commit("3", "4", puts, {}).value(), Outcome::kCommitted);
  }
  const auto second = LogOf(path_);
  const std::string next_log = ContentsOf(path_).at(second.filename().string());
  std::filesystem::remove_all(path_);
  std::filesystem::create_directory(path_);
  for (const auto& [name, octets] : first) std::ofstream(path_ / name) << octets;
  std::filesystem::resize_file(LogOf(path_), std::filesystem::file_size(LogOf(path_)) - 1);
  std::ofstream(path_ / second.filename()) << next_log;

  const auto before = ContentsOf(path_);
  ExpectRefusal(Errc::kCorrupt, 0, "commits are missing");
  ExpectRefusal(Errc::kCorrupt, 0, "commits are missing", {.read_only = true});
  EXPECT_EQ(ContentsOf(path_), before) << "and leaves it as it was";
}

TEST_F(RocksEngineTest, ReportsAMissingRootRatherThanBeginAnew) {
  WriteThree();
  std::filesystem::remove(path_ / "CURRENT");
  const auto before = ContentsOf(path_);
  ExpectRefusal(Errc::kCorrupt, ENOENT, "CURRENT");
  EXPECT_EQ(ContentsOf(path_), before) << "and leaves it as it was";
}

TEST_F(RocksEngineTest, ReportsAMissingTable) {
  WriteThree();
  { ASSERT_TRUE(Open().ok()) << reason_; }  // makes tables of what the log holds
  int removed = 0;
  for (const auto& file : std::filesystem::directory_iterator(path_)) {
    if (file.path().extension() != ".sst") continue;
    std::filesystem::remove(file.path());
    ++removed;
  }
  ASSERT_GT(removed, 0);
  const auto opened = Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Errc::kCorrupt) << reason_;
}

// What a process leaves that ends at any moment while the database is created.
TEST_F(RocksEngineTest, FinishesACreationThatWasCutShort) {
  const auto creation = [this](int kept_families) {
    std::filesystem::remove_all(path_);
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, path_.string(), &db).ok());
    for (int i = 0; i < kept_families; ++i) {
      rocksdb::ColumnFamilyHandle* handle = nullptr;
      const auto family = static_cast<Family>(kFamilies - 1 - static_cast<std::size_t>(i));
      ASSERT_TRUE(db->CreateColumnFamily({}, FamilyName(family), &handle).ok());
      delete handle;
    }
    delete db;
  };
  for (const int kept : {0, 1, 9}) {
    creation(kept);
    ExpectRefusal(Errc::kNotFound, ENOENT, "no database", {.read_only = true});
    const auto engine = Open();
    ASSERT_TRUE(engine.ok()) << reason_;
    Fill(*engine.value(), 1);
  }
  creation(0);
  std::filesystem::remove(path_ / "CURRENT");
  for (const auto& [name, octets] : ContentsOf(path_)) {
    if (name.ends_with(".log")) std::filesystem::remove(path_ / name);  // made after CURRENT
  }
  const auto engine = Open();
  EXPECT_TRUE(engine.ok()) << reason_;
}

TEST_F(RocksEngineTest, ReportsAFamilyThatIsMissingBesideData) {
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, path_.string(), &db).ok());
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    ASSERT_TRUE(db->CreateColumnFamily({}, FamilyName(Family::kRecords), &handle).ok());
    ASSERT_TRUE(db->Put({}, handle, "k", "v").ok());
    delete handle;
    delete db;
  }
  ExpectRefusal(Errc::kCorrupt, 0, "a family is missing");
}

TEST_F(RocksEngineTest, RefusesAFamilyItDoesNotKnow) {
  WriteThree();
  {
    rocksdb::Options options;
    rocksdb::DB* db = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(options, path_.string(), &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    families.reserve(names.size());
    for (const auto& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    ASSERT_TRUE(rocksdb::DB::Open(options, path_.string(), families, &handles, &db).ok());
    rocksdb::ColumnFamilyHandle* added = nullptr;
    ASSERT_TRUE(db->CreateColumnFamily({}, "from the future", &added).ok());
    delete added;
    for (auto* handle : handles) delete handle;
    delete db;
  }
  ExpectRefusal(Errc::kMalformed, 0, "from the future");
}

TEST_F(RocksEngineTest, RefusesADirectoryThatIsOpenInThisProcess) {
  const auto first = Open();
  ASSERT_TRUE(first.ok()) << reason_;
  ExpectRefusal(Errc::kUnavailable, EWOULDBLOCK, "another process");
}

TEST_F(RocksEngineTest, RefusesADirectoryThatIsOpenElsewhere) {
  WriteThree();
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  const std::string lock = (path_ / "LOCK").string();
  const pid_t other = ::fork();
  if (other == 0) {  // what RocksDB does there; itself it cannot be used after fork()
    struct flock whole {};
    whole.l_type = F_WRLCK;
    const bool locked = ::fcntl(::open(lock.c_str(), O_RDWR), F_SETLK, &whole) == 0;
    ::close(ends[0]);
    (void)!::write(ends[1], locked ? "y" : "n", 1);
    char end = 0;
    (void)!::read(ends[1], &end, 1);  // until the test goes on, or ends
    ::_exit(0);
  }
  ::close(ends[1]);
  char locked = 0;
  ASSERT_EQ(::read(ends[0], &locked, 1), 1);
  EXPECT_EQ(locked, 'y');
  ExpectRefusal(Errc::kUnavailable, EWOULDBLOCK, "another process");
  FlipABit(LogOf(path_), 20);
  ExpectRefusal(Errc::kUnavailable, EWOULDBLOCK, "another process");  // half written is no damage
  FlipABit(LogOf(path_), 20);
  ::close(ends[0]);
  ::waitpid(other, nullptr, 0);
  EXPECT_TRUE(Open().ok()) << reason_;
}

TEST_F(RocksEngineTest, SaysThatPermissionIsMissing) {
  WriteThree();
  ASSERT_EQ(::chmod(path_.c_str(), 0555), 0);
  const OtherUser nobody;
  ExpectRefusal(Errc::kDenied, EACCES, "no permission");
}

TEST_F(RocksEngineTest, TellsAFullDiskFromAReadOnlyOne) {
  disk_->RefuseNewFiles(rocksdb::IOStatus::NoSpace("While appending to file", "x"));
  ExpectRefusal(Errc::kUnavailable, ENOSPC, "full");
  disk_->RefuseNewFiles(
      rocksdb::IOStatus::IOError("While open a file", std::generic_category().message(EROFS)));
  ExpectRefusal(Errc::kDenied, EROFS, "read-only");
  disk_->AllowNewFiles();
  EXPECT_TRUE(Open().ok()) << reason_;
}

TEST_F(RocksEngineTest, ReadOnlyReadsEverythingAndChangesNothing) {
  WriteThree();
  ASSERT_EQ(::chmod(path_.c_str(), 0555), 0);
  const auto before = ContentsOf(path_);
  {
    const OtherUser nobody;
    const auto engine = Open({.read_only = true});
    ASSERT_TRUE(engine.ok()) << reason_;
    EXPECT_EQ(engine.value()->Head().value(), "3");
    EXPECT_EQ(engine.value()->Scan(Family::kRecords, "", 9).value().size(), 3U);
    const auto snapshot = engine.value()->TakeSnapshot();
    ASSERT_TRUE(snapshot.ok());
    EXPECT_EQ(snapshot.value()->Head().value(), "3");

    const auto commit = engine.value()->Commit("3", "4", {}, {});
    ASSERT_FALSE(commit.ok());
    EXPECT_EQ(commit.error().code, Errc::kUnavailable);
    EXPECT_FALSE(engine.value()->Reopen().ok());
    EXPECT_EQ(engine.value()->Head().value(), "3") << "neither does any harm";
  }
  EXPECT_EQ(ContentsOf(path_), before);
}

TEST_F(RocksEngineTest, ReadOnlyCreatesNothing) {
  ExpectRefusal(Errc::kNotFound, ENOENT, "no database", {.read_only = true});
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(RocksEngineTest, ReportsInWordsWhyACommitAndAReopeningFailed) {
  std::string told;
  const auto opened = Open({.report = [&](const std::string& trouble) { told = trouble; }});
  ASSERT_TRUE(opened.ok()) << reason_;
  RocksEngine& engine = *opened.value();
  Fill(engine, 1);
  EXPECT_EQ(told, "");
  disk_->BreakNext(BreakableDisk::Fault::kSync);
  EXPECT_EQ(engine.Commit("1", "2", {}, {}).value(), Outcome::kUnknown);
  EXPECT_NE(told.find("sync, broken on order"), std::string::npos) << told;
  disk_->RefuseNewFiles(rocksdb::IOStatus::NoSpace("nothing left"));
  const Status reopened = engine.Reopen();
  ASSERT_FALSE(reopened.ok());
  EXPECT_EQ(reopened.error().detail, static_cast<std::uint32_t>(ENOSPC));
  EXPECT_NE(told.find("full"), std::string::npos) << told;
}

TEST_F(RocksEngineTest, ReopeningReportsDamageAsDamage) {
  const auto opened = Open();
  ASSERT_TRUE(opened.ok()) << reason_;
  Fill(*opened.value(), 3);
  const auto log = LogOf(path_);
  FlipABit(log, std::filesystem::file_size(log) / 2);
  const Status reopened = opened.value()->Reopen();
  ASSERT_FALSE(reopened.ok());
  EXPECT_EQ(reopened.error().code, Errc::kCorrupt);
  std::string value;
  const Status read = opened.value()->Get(Family::kRecords, "1", value);
  ASSERT_FALSE(read.ok()) << "nothing is left to be read";
  EXPECT_EQ(read.error().code, Errc::kUnavailable);
  EXPECT_FALSE(opened.value()->TakeSnapshot().ok());
  FlipABit(log, std::filesystem::file_size(log) / 2);
  EXPECT_TRUE(opened.value()->Reopen().ok());
  EXPECT_EQ(opened.value()->Head().value(), "3");
}

TEST_F(RocksEngineTest, ReopeningWaitsForADirectoryThatIsGoneAndMakesNoneAnew) {
  const auto opened = Open();
  ASSERT_TRUE(opened.ok()) << reason_;
  Fill(*opened.value(), 3);
  const std::filesystem::path elsewhere = directory_.path() / "elsewhere";
  std::filesystem::rename(path_, elsewhere);
  const Status reopened = opened.value()->Reopen();
  EXPECT_EQ(reopened.ok() ? Errc{} : reopened.error().code, Errc::kUnavailable);
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(opened.value()->Head().ok());
  std::filesystem::rename(elsewhere, path_);
  EXPECT_TRUE(opened.value()->Reopen().ok());
  EXPECT_EQ(opened.value()->Head().value(), "3");
}

// There is nothing that could be taken from them.
TEST_F(RocksEngineTest, WithNothingOpenNobodyWaitsForAnAttemptToOpenIt) {
  const auto opened = Open();
  ASSERT_TRUE(opened.ok()) << reason_;
  Fill(*opened.value(), 3);
  const auto log = LogOf(path_);
  FlipABit(log, std::filesystem::file_size(log) / 2);
  ASSERT_FALSE(opened.value()->Reopen().ok());

  int looks = 0;
  std::vector<std::future<void>> readers;
  disk_->OnLook([&] {
    ++looks;
    auto reader = std::async(std::launch::async, [&] {
      std::string value;
      const Status read = opened.value()->Get(Family::kRecords, "1", value);
      EXPECT_EQ(read.ok() ? Errc{} : read.error().code, Errc::kUnavailable);
    });
    EXPECT_EQ(reader.wait_for(std::chrono::seconds(5)), std::future_status::ready);
    readers.push_back(std::move(reader));
  });
  EXPECT_FALSE(opened.value()->Reopen().ok());
  EXPECT_GT(looks, 0);
  disk_->OnLook(nullptr);
}

TEST_F(RocksEngineTest, ReportsTheSameFailureOfReopeningOnce) {
  std::vector<std::string> told;
  const auto opened = Open({.report = [&](const std::string& line) { told.push_back(line); }});
  ASSERT_TRUE(opened.ok()) << reason_;
  RocksEngine& engine = *opened.value();
  for (int round = 1; round <= 2; ++round) {
    disk_->RefuseNewFiles(rocksdb::IOStatus::NoSpace("nothing left"));
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(engine.Reopen().ok());
    EXPECT_EQ(told.size(), 2U * static_cast<std::size_t>(round) - 1);
    disk_->RefuseNewFiles(rocksdb::IOStatus::IOError("open", "Input/output error"));
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(engine.Reopen().ok());
    EXPECT_EQ(told.size(), 2U * static_cast<std::size_t>(round)) << "another one is told";
    disk_->AllowNewFiles();
    ASSERT_TRUE(engine.Reopen().ok());
  }
}

// Whatever the reason, to a reader it is "not now", and the number says why.
TEST_F(RocksEngineTest, WhatCannotBeReadIsUnavailable) {
  WriteThree();
  { ASSERT_TRUE(Open().ok()) << reason_; }  // makes tables of what the log holds
  const auto opened = Open();
  ASSERT_TRUE(opened.ok()) << reason_;
  RocksEngine& engine = *opened.value();
  for (const int number : {EACCES, EROFS, EIO}) {
    const std::string words = std::generic_category().message(number);
    disk_->RefuseReading(rocksdb::IOStatus::IOError("While pread", words));
    const auto expect = [&](const auto& read) {
      ASSERT_FALSE(read.ok());
      EXPECT_EQ(read.error().code, Errc::kUnavailable) << words;
      EXPECT_EQ(read.error().detail, static_cast<std::uint32_t>(number));
    };
    std::string value;
    const std::array<std::string_view, 1> keys = {"1"};
    expect(engine.Get(Family::kRecords, "1", value));
    expect(engine.MultiGet(Family::kRecords, keys));
    expect(engine.Scan(Family::kRecords, "", 9));
  }
  disk_->AllowReading();
  EXPECT_EQ(engine.Scan(Family::kRecords, "", 9).value().size(), 3U);
}

TEST_F(RocksEngineTest, RocksDbKeepsNoJournal) {
  {
    const auto engine = Open();
    ASSERT_TRUE(engine.ok()) << reason_;
    Fill(*engine.value(), 3);
    ASSERT_TRUE(engine.value()->Reopen().ok());
  }
  { ASSERT_TRUE(Open({.read_only = true}).ok()) << reason_; }
  for (const auto& [name, octets] : ContentsOf(path_)) {
    EXPECT_FALSE(name.starts_with("LOG")) << name;
  }
}

TEST_F(RocksEngineTest, LeavesTheReserveAloneAndIsReadMeanwhile) {
  constexpr std::uint64_t kReserve = 1'000'000;
  std::vector<std::string> told;
  const auto opened = Open({.reserve_octets = kReserve,
                            .report = [&](const std::string& line) { told.push_back(line); }});
  ASSERT_TRUE(opened.ok()) << reason_;
  RocksEngine& engine = *opened.value();
  disk_->TellFree(kReserve);
  Fill(engine, 2);

  const auto expect_full = [](const Error& error) {
    EXPECT_EQ(error.code, Errc::kUnavailable);
    EXPECT_EQ(error.detail, static_cast<std::uint32_t>(ENOSPC));
  };
  disk_->TellFree(kReserve - 1);
  const auto files = ContentsOf(path_);
  const auto snapshot = engine.TakeSnapshot();
  const auto refused = engine.Commit("2", "3", {}, {});
  ASSERT_FALSE(refused.ok());
  expect_full(refused.error());
  EXPECT_EQ(engine.Head().value(), "2") << "nothing is open";
  for (const std::uint64_t free : {kReserve - 1, kReserve + kReserve / 4 - 1}) {
    disk_->TellFree(free);
    const Status reopened = engine.Reopen();
    ASSERT_FALSE(reopened.ok());
    expect_full(reopened.error());
  }
  std::string value;
  EXPECT_TRUE(engine.Get(Family::kRecords, "2", value).ok());
  EXPECT_EQ(snapshot.value()->Head().value(), "2");
  EXPECT_EQ(ContentsOf(path_), files) << "trying takes no room";
  ASSERT_EQ(told.size(), 1U) << "said once";
  EXPECT_NE(told[0].find("full"), std::string::npos) << told[0];

  disk_->TellFree(kReserve + kReserve / 4);
  ASSERT_TRUE(engine.Reopen().ok());
  EXPECT_EQ(engine.Commit("2", "3", {}, {}).value(), Outcome::kCommitted);
}

}  // namespace
}  // namespace idnode::store
