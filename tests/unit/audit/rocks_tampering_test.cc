// The same as tampering_test.cc on a real database: changed through RocksDB's own interface, so
// that its checksums agree, and in its files, so that they do not.
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "fatal_octet.h"
#include "sample_log.h"
#include "store/mark_file.h"
#include "store/rocksdb/rocks_engine.h"
#include "tampering.h"
#include "temporary_directory.h"

namespace idnode::audit {
namespace {

using store::Family;

constexpr std::size_t kSmallCache = std::size_t{1} << 20;

// The database as whoever has the disk can open it, past all that the engine sees to. What is
// changed lies in tables after Flush(), so that the engine's own look at the write-ahead log does
// not find it. Others may have it open for reading meanwhile: files come, but none go. One thread.
class RawDatabase {
 public:
  explicit RawDatabase(const std::filesystem::path& directory) {
    std::vector<std::string> names;
    Check(rocksdb::DB::ListColumnFamilies({}, directory.string(), &names));
    rocksdb::ColumnFamilyOptions options;
    options.disable_auto_compactions = true;
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    families.reserve(names.size());
    for (const std::string& name : names) families.emplace_back(name, options);
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    Check(rocksdb::DB::Open({}, directory.string(), families, &handles, &opened));
    db_.reset(opened);
    Check(db_->DisableFileDeletions());
    for (std::size_t i = 0; i < names.size(); ++i) families_[names[i]].reset(handles[i]);
  }

  std::vector<store::Row> Rows(Family family) {
    std::vector<store::Row> rows;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, Of(family)));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      rows.push_back({it->key().ToString(), it->value().ToString()});
    }
    return rows;
  }

  void Put(Family family, const std::string& key, const std::string& value) {
    Check(db_->Put({}, Of(family), key, value));
  }

  void Delete(Family family, const std::string& key) { Check(db_->Delete({}, Of(family), key)); }

  void Flush() {
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    for (const auto& [name, handle] : families_) handles.push_back(handle.get());
    Check(db_->Flush({}, handles));
  }

 private:
  static void Check(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error(status.ToString());
  }

  rocksdb::ColumnFamilyHandle* Of(Family family) {
    return families_.at(store::FamilyName(family)).get();
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::map<std::string, std::unique_ptr<rocksdb::ColumnFamilyHandle>> families_;
};

std::filesystem::path MarkOf(const std::filesystem::path& directory) { return directory / "mark"; }

std::unique_ptr<store::RocksEngine> Open(const std::filesystem::path& directory, bool read_only) {
  std::string reason;
  auto opened = store::RocksEngine::Open(
      directory, {.read_only = read_only, .block_cache_octets = kSmallCache}, &reason);
  if (!opened.ok()) throw std::runtime_error(reason);
  return std::move(opened).value();
}

class RocksTamperingTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(database());
    auto mark = store::MarkFile::Open(MarkOf(directory_.path()), true);
    ASSERT_TRUE(mark.ok());
    store::MarkFile file = std::move(mark).value();
    MakeSampleLog(*Open(database(), false), &file);
  }

  std::filesystem::path database() const { return directory_.path() / "db"; }

  // What is found in the database as it is now.
  Verification Found() const {
    return Verified(*Open(database(), true),
                    {.mark = store::MarkFile::Read(MarkOf(directory_.path())).value()});
  }

  const TemporaryDirectory directory_;
};

struct Change {
  Family family;
  store::Row row;
  std::size_t position;
};

// Changed octets in `rows` rows of every family (fewer where it has fewer), each in another row.
std::vector<Change> ChooseChanges(RawDatabase& raw, std::size_t rows, Checksum checksum,
                                  std::mt19937& random) {
  std::vector<Change> changes;
  std::set<std::string> leaves;
  for (const Family family :
       {Family::kMeta, Family::kRecords, Family::kLeaf, Family::kPayload, Family::kCounts,
        Family::kControl, Family::kRequests, Family::kJobs}) {
    std::vector<store::Row> present = raw.Rows(family);
    std::ranges::shuffle(present, random);
    // A payload cannot be held against a leaf that is damaged as well.
    if (family == Family::kPayload) {
      std::erase_if(present, [&](const store::Row& row) { return leaves.contains(row.key); });
    }
    present.resize(std::min(present.size(), rows));
    for (store::Row& row : present) {
      if (family == Family::kLeaf) leaves.insert(row.key);
      const bool mended = checksum == Checksum::kMended;
      std::size_t position = 0;
      do {
        position = random() % (row.value.size() - (mended ? ledger::kSealSize : 0));
      } while (mended && !HasCounterpart(family, position));
      changes.push_back({family, std::move(row), position});
    }
  }
  return changes;
}

void NoticesChangedOctets(const std::filesystem::path& database, Checksum checksum) {
  constexpr std::size_t kEnough = 200;
  std::mt19937 random = SeededRandom();
  RawDatabase raw(database);
  std::size_t noticed = 0;
  while (noticed < kEnough) {
    const std::vector<Change> changes = ChooseChanges(raw, 5, checksum, random);
    for (const Change& change : changes) {
      raw.Put(change.family, change.row.key,
              Changed(change.row.value, change.position, checksum, random));
    }
    raw.Flush();
    const Verification found = Verified(*Open(database, true), {.differences = 10'000});
    for (const Change& change : changes) {
      ASSERT_TRUE(IsNoticed(found, change.family, change.row.key, checksum))
          << Show(change.family, change.row.key) << " octet " << change.position << "\n"
          << Show(found);
      raw.Put(change.family, change.row.key, change.row.value);
    }
    noticed += changes.size();
  }
  raw.Flush();
  EXPECT_TRUE(Verified(*Open(database, true)).ok());
  std::cout << noticed << " changed octets noticed\n";
}

TEST_F(RocksTamperingTest, NoticesTwoHundredChangedOctets) {
  NoticesChangedOctets(database(), Checksum::kLeft);
}

TEST_F(RocksTamperingTest, NoticesTwoHundredChangedOctetsUnderRightChecksums) {
  NoticesChangedOctets(database(), Checksum::kMended);
}

TEST_F(RocksTamperingTest, NoticesMissingAndAddedRows) {
  std::mt19937 random = SeededRandom();
  for (const Family family : {Family::kRecords, Family::kLeaf, Family::kPayload, Family::kCounts,
                              Family::kControl, Family::kRequests}) {
    store::Row row;
    store::Row added;
    {
      RawDatabase raw(database());
      const auto rows = raw.Rows(family);
      row = rows.at(random() % rows.size());
      added = {rows.back().key + "+", row.value};
      raw.Delete(family, row.key);
      raw.Put(family, added.key, added.value);
      raw.Flush();
    }
    const Verification found = Found();
    EXPECT_TRUE(Names(found, family, row.key)) << Show(family, row.key) << "\n" << Show(found);
    EXPECT_TRUE(Names(found, family, added.key)) << Show(family, added.key) << "\n" << Show(found);
    RawDatabase raw(database());
    raw.Put(family, row.key, row.value);
    raw.Delete(family, added.key);
    raw.Flush();
  }
  EXPECT_TRUE(Found().ok());
}

// A store put back to what it was one entry ago holds nothing that is wrong.
TEST_F(RocksTamperingTest, OnlyTheMarkTellsOfARollBack) {
  std::map<Family, std::vector<store::Row>> before;
  const auto families = {Family::kMeta,   Family::kRecords,  Family::kLeaf,    Family::kPayload,
                         Family::kCounts, Family::kRequests, Family::kControl, Family::kJobs};
  {
    RawDatabase raw(database());
    for (const Family family : families) before[family] = raw.Rows(family);
  }
  {
    const auto engine = Open(database(), false);
    const ManualClock clock(kStartMs + 40 * kDayMs);
    store::MarkFile mark = store::MarkFile::Open(MarkOf(directory_.path()), false).value();
    LogWriter(*engine, clock, &mark).Do(ledger::Creates("88.118.1/Last"));
  }
  EXPECT_TRUE(Found().ok());
  {
    RawDatabase raw(database());
    for (const Family family : families) {
      for (const store::Row& row : raw.Rows(family)) raw.Delete(family, row.key);
      for (const store::Row& row : before.at(family)) raw.Put(family, row.key, row.value);
    }
    raw.Flush();
  }
  EXPECT_TRUE(Verified(*Open(database(), true)).ok());
  const Verification found = Found();
  EXPECT_TRUE(Names(found, Family::kMeta, store::kHeadKey)) << Show(found);

  const auto engine = Open(database(), false);
  const SystemClock clock;
  store::MarkFile mark = store::MarkFile::Open(MarkOf(directory_.path()), false).value();
  const auto started = ledger::Committer::Start(*engine, clock, &mark, {}, {});
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, Errc::kConflict);
}

// --- the files ---

std::vector<std::filesystem::path> FilesOf(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    const std::string name = file.path().filename().string();
    if (file.file_size() > 0 && (name.ends_with(".sst") || name.ends_with(".log") ||
                                 name.starts_with("MANIFEST") || name == "CURRENT")) {
      files.push_back(file.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

void ChangeAnOctet(const std::filesystem::path& path, std::mt19937& random) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  std::string octets = text.str();
  std::size_t at = random() % octets.size();
  while (path.extension() == ".sst" && IsFatalOctet(octets, at)) at = random() % octets.size();
  octets[at] = static_cast<char>(octets[at] ^ static_cast<char>(1 + random() % 255));
  std::ofstream(path, std::ios::binary) << octets;
}

// What becomes of a database with a damaged file: whether it is refused at one of the doors, or
// verification finds something; otherwise it has to be whole.
bool IsRefusedOrNoticed(const std::filesystem::path& directory, std::uint64_t entries) {
  auto opened = store::RocksEngine::Open(directory / "db", {.block_cache_octets = kSmallCache});
  if (!opened.ok()) return true;
  store::RocksEngine& engine = *opened.value();
  const SystemClock clock;
  store::MarkFile mark = store::MarkFile::Open(MarkOf(directory), false).value();
  const auto started = ledger::Committer::Start(engine, clock, &mark, {}, {});
  if (!started.ok()) return true;
  const auto verified = Verify(engine, {.mark = mark.Load().value()});
  if (!verified.ok() || !verified.value().ok()) return true;
  EXPECT_EQ(verified.value().entries, entries) << "silently shorter";
  return false;
}

TEST_F(RocksTamperingTest, NeverTakesADamagedFileForAShorterLog) {
  std::mt19937 random = SeededRandom();
  const std::uint64_t entries = Found().entries;
  // Once what was written lies in the write-ahead log, and once, after opening again, in tables.
  int noticed = 0;
  int whole = 0;
  for (const bool in_tables : {false, true}) {
    if (in_tables) (void)Open(database(), false);
    for (const auto& file : FilesOf(database())) {
      for (int i = 0; i < 3; ++i) {
        const TemporaryDirectory copy;
        std::filesystem::copy(directory_.path(), copy.path(),
                              std::filesystem::copy_options::recursive);
        ChangeAnOctet(copy.path() / "db" / file.filename(), random);
        ++(IsRefusedOrNoticed(copy.path(), entries) ? noticed : whole);
      }
    }
  }
  std::cout << noticed << " refused or noticed, " << whole << " without effect\n";
  EXPECT_GT(noticed, 0);
}

}  // namespace
}  // namespace idnode::audit
