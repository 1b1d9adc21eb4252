// This machine's file system, for RocksDB, breaking on order. It takes no time to sync: what these
// tests end are programs and files, not the power.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace idnode::store {

class BreakableDisk final : public rocksdb::FileSystemWrapper {
 public:
  using IODebugContext = rocksdb::IODebugContext;
  using IOOptions = rocksdb::IOOptions;
  using IOStatus = rocksdb::IOStatus;

  enum class Fault : std::uint8_t { kNone, kAppend, kSync };

  BreakableDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "BreakableDisk"; }

  // Lets the next append to a write-ahead log, or its next sync, fail.
  void BreakNext(Fault fault) { fault_ = fault; }

  // From now on, or no more, no file can be created: this is the answer instead.
  void RefuseNewFiles(const IOStatus& answer) {
    answer_ = answer;
    refuses_ = true;
  }
  void AllowNewFiles() { refuses_ = false; }

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    if (refuses_) return answer_;
    IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (!status.ok()) return status;
    const bool log = std::string_view(name).ends_with(".log");
    *file = std::make_unique<File>(std::move(*file), log ? fault_ : never_);
    return status;
  }
  IOStatus NewDirectory(const std::string& name, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* directory,
                        IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewDirectory(name, options, directory, debug);
    if (status.ok()) *directory = std::make_unique<Directory>();
    return status;
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> file, std::atomic<Fault>& fault)
        : FSWritableFileOwnerWrapper(std::move(file)), fault_(fault) {}

    IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                    IODebugContext* debug) override {
      if (Breaks(Fault::kAppend)) return IOStatus::IOError("append, broken on order");
      return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
      if (Breaks(Fault::kSync)) return IOStatus::IOError("sync, broken on order");
      return FSWritableFileOwnerWrapper::Flush(options, debug);
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
      return Sync(options, debug);
    }

   private:
    bool Breaks(Fault fault) { return fault_.compare_exchange_strong(fault, Fault::kNone); }

    std::atomic<Fault>& fault_;
  };

  class Directory final : public rocksdb::FSDirectory {
   public:
    IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
      return IOStatus::OK();
    }
  };

  std::atomic<Fault> fault_{Fault::kNone};
  std::atomic<Fault> never_{Fault::kNone};  // of other files than logs
  std::atomic<bool> refuses_{false};
  IOStatus answer_;  // set before `refuses_`
};

}  // namespace idnode::store
