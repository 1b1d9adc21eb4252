#include "store/rocksdb/rocks_opener.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string_view>
#include <utility>

#include "store/rocksdb/rocks_chain.h"
#include "store/rocksdb/rocks_settings.h"
#include "store/rocksdb/rocks_status.h"

namespace idnode::store {
namespace {

constexpr const char* kDamaged =
    "it is damaged, and nothing was changed; restore it from a backup, see BACKUP in idnoded(1)";

// An opened database with its handles, which must die first.
struct Opened {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<RocksDatabase::Handle> handles;  // in the order of the families asked for
};

rocksdb::Status OpenRocks(bool write, const rocksdb::DBOptions& options,
                          const std::filesystem::path& directory,
                          const std::vector<rocksdb::ColumnFamilyDescriptor>& families,
                          Opened& opened) {
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::Status status =
      write ? rocksdb::DB::Open(options, directory.string(), families, &handles, &db)
            : rocksdb::DB::OpenForReadOnly(options, directory.string(), families, &handles, &db);
  opened.db.reset(db);
  for (rocksdb::ColumnFamilyHandle* handle : handles) opened.handles.emplace_back(handle);
  return status;
}

// RocksDB's own lock, so that an inspection does not read beside somebody who writes, and take that
// for damage.
class Lock {
 public:
  Lock(rocksdb::Env& env, const std::filesystem::path& directory) : env_(env) {
    status_ = env_.LockFile((directory / "LOCK").string(), &lock_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (lock_ != nullptr) (void)env_.UnlockFile(lock_);
  }

  const rocksdb::Status& status() const noexcept { return status_; }

 private:
  rocksdb::Env& env_;
  rocksdb::FileLock* lock_ = nullptr;
  rocksdb::Status status_;
};

// In words for a person: what it means, and what can be done.
const char* Explain(const Error& error) noexcept {
  switch (error.code) {
    case Errc::kCorrupt:
      return kDamaged;
    case Errc::kDenied:
      return error.detail == EROFS ? "the file system is read-only"
                                   : "no permission; does it belong to another user?";
    case Errc::kMalformed:
      return "it was made by a newer version or by another program";
    default:
      break;
  }
  switch (error.detail) {
    case EWOULDBLOCK:
      return "another process has it open; stop that first";
    case ENOSPC:
    case EDQUOT:
      return "the disk is full; make room";
    default:
      return "the disk does not do what it should";
  }
}

}  // namespace

RocksOpener::RocksOpener(std::filesystem::path directory, const RocksOptions& options)
    : directory_(std::move(directory)),
      options_(DatabaseSettings(options)),
      families_(FamilySettings(options)) {}

Result<std::unique_ptr<RocksDatabase>> RocksOpener::Open(Mode mode, std::string& reason) const {
  const bool write = mode != Mode::kRead;
  const Result<Found> found = write ? InspectLocked(reason) : Inspect(reason);
  if (!found.ok()) return found.error();
  if (mode != Mode::kWrite && found.value() == Found::kUnfinished) {
    reason = "there is no database in " + directory_.string();
    return Error{write ? Errc::kUnavailable : Errc::kNotFound, ENOENT, "open database"};
  }
  Opened opened;
  const rocksdb::Status status = OpenRocks(write, options_, directory_, families_, opened);
  if (!status.ok()) return Refuse(status, reason);

  std::array<RocksDatabase::Handle, kFamilies> families;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    families[i] = std::move(opened.handles[PositionOf(static_cast<Family>(i))]);
  }
  opened.handles.clear();  // that of "default"
  return std::make_unique<RocksDatabase>(std::move(opened.db), std::move(families), write);
}

std::uint64_t RocksOpener::FreeOctets() const {
  std::uint64_t free = 0;
  const rocksdb::Status told = options_.env->GetFreeSpace(directory_.string(), &free);
  return told.ok() ? free : std::numeric_limits<std::uint64_t>::max();
}

Result<RocksOpener::Found> RocksOpener::InspectLocked(std::string& reason) const {
  // Before the first creation there is nothing to lock, maybe not even a directory.
  if (options_.env->FileExists((directory_ / "CURRENT").string()).IsNotFound()) {
    return Inspect(reason);
  }
  const Lock lock(*options_.env, directory_);
  if (!lock.status().ok()) return Refuse(lock.status(), reason);
  return Inspect(reason);
}

// Reads only, and finds what RocksDB would pass over, or even tidy away:
//
//   the file CURRENT is missing     it would take the rest for leftovers, and begin anew
//   a family is missing             it would create it, empty
//   a commit is missing in between  see ChainCheck
//
// A process that ends while it creates a database leaves it without families, or without CURRENT,
// but then also without any commit; so that is no damage.
Result<RocksOpener::Found> RocksOpener::Inspect(std::string& reason) const {
  const rocksdb::Status root = options_.env->FileExists((directory_ / "CURRENT").string());
  if (root.IsNotFound()) return InspectWithoutRoot(reason);
  if (!root.ok()) return Refuse(root, reason);
  std::vector<std::string> names;
  const rocksdb::Status listed =
      rocksdb::DB::ListColumnFamilies(options_, directory_.string(), &names);
  if (!listed.ok()) return Refuse(listed, reason);
  std::vector<rocksdb::ColumnFamilyDescriptor> present;
  for (const rocksdb::ColumnFamilyDescriptor& family : families_) {
    if (std::erase(names, family.name) > 0) present.push_back(family);
  }
  if (!names.empty()) {
    return Refuse({Errc::kMalformed, 0, "open database: unknown family"},
                  "it holds \"" + names.front() + "\", which this version does not know", reason);
  }
  return InspectOpened(present, reason);
}

Result<RocksOpener::Found> RocksOpener::InspectWithoutRoot(std::string& reason) const {
  std::vector<std::string> names;
  (void)options_.env->GetChildren(directory_.string(), &names);  // or there is no directory
  const bool leftovers = std::ranges::any_of(names, [](std::string_view name) {
    return name.ends_with(".sst") || name.ends_with(".log");
  });
  if (!leftovers) return Found::kUnfinished;
  return Refuse({Errc::kCorrupt, ENOENT, "open database: no CURRENT"},
                "its file CURRENT is missing: " + std::string(kDamaged), reason);
}

Result<RocksOpener::Found> RocksOpener::InspectOpened(
    const std::vector<rocksdb::ColumnFamilyDescriptor>& present, std::string& reason) const {
  ChainCheck chain;
  rocksdb::DBOptions options = options_;
  options.wal_filter = &chain;
  Opened opened;
  const rocksdb::Status status = OpenRocks(false, options, directory_, present, opened);
  if (!status.ok()) return Refuse(status, reason);

  if (present.size() < families_.size()) {
    std::vector<rocksdb::LiveFileMetaData> tables;
    opened.db->GetLiveFilesMetaData(&tables);
    if (chain.empty() && tables.empty()) return Found::kUnfinished;
    return Refuse({Errc::kCorrupt, 0, "open database: a family is missing"},
                  std::string("a family is missing: ") + kDamaged, reason);
  }
  std::string head;
  const rocksdb::Status read =
      opened.db->Get(rocksdb::ReadOptions(), opened.handles[PositionOf(Family::kMeta)].get(),
                     rocksdb::Slice(kHeadKey.data(), kHeadKey.size()), &head);
  if (!read.ok() && !read.IsNotFound()) return Refuse(read, reason);
  if (chain.Fits(read.ok() ? head : std::string())) return Found::kWhole;
  return Refuse({Errc::kCorrupt, 0, "open database: a commit is missing"},
                std::string("commits are missing from its log: ") + kDamaged, reason);
}

Error RocksOpener::Refuse(const Error& error, const std::string& why, std::string& reason) const {
  reason = "cannot open the database in " + directory_.string() + ": " + why;
  return error;
}

Error RocksOpener::Refuse(const rocksdb::Status& status, std::string& reason) const {
  const Error error = FromRocks(status, "open database");
  return Refuse(error, std::string(Explain(error)) + " (" + status.ToString() + ")", reason);
}

}  // namespace idnode::store
