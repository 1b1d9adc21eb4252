// This machine's file system, for RocksDB, breaking on order. It takes no time to sync: what these
// tests end are programs and files, not the power.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <functional>
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

  // From now on, or no more, no table can be read: this is the answer instead.
  void RefuseReading(const IOStatus& answer) {
    read_answer_ = answer;
    refuses_reading_ = true;
  }
  void AllowReading() { refuses_reading_ = false; }

  // Called whenever somebody looks whether a file is there.
  void OnLook(std::function<void()> look) { on_look_ = std::move(look); }

  // From now on, or no more, there is no room: not for a new file, not in an old one, not at a
  // sync.
  void Fill(bool full) { full_ = full; }

  // What it tells of its free space, from now on.
  void TellFree(std::uint64_t octets) { free_ = octets; }

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    if (refuses_) return answer_;
    if (full_) return IOStatus::NoSpace("create, full on order");
    IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (!status.ok()) return status;
    const bool log = std::string_view(name).ends_with(".log");
    *file = std::make_unique<File>(std::move(*file), log ? fault_ : never_, full_);
    return status;
  }
  IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                               IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewRandomAccessFile(name, options, file, debug);
    if (status.ok()) *file = std::make_unique<Table>(std::move(*file), *this);
    return status;
  }
  IOStatus FileExists(const std::string& name, const IOOptions& options,
                      IODebugContext* debug) override {
    if (on_look_) on_look_();
    return FileSystemWrapper::FileExists(name, options, debug);
  }
  IOStatus NewDirectory(const std::string& name, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* directory,
                        IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewDirectory(name, options, directory, debug);
    if (status.ok()) *directory = std::make_unique<Directory>();
    return status;
  }

  IOStatus GetFreeSpace(const std::string& path, const IOOptions& options, std::uint64_t* octets,
                        IODebugContext* debug) override {
    const std::uint64_t told = free_;
    if (told == kWhatThereIs) {
      return FileSystemWrapper::GetFreeSpace(path, options, octets, debug);
    }
    *octets = told;
    return IOStatus::OK();
  }

 private:
  static constexpr std::uint64_t kWhatThereIs = ~std::uint64_t{0};

  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> file, std::atomic<Fault>& fault,
         const std::atomic<bool>& full)
        : FSWritableFileOwnerWrapper(std::move(file)), fault_(fault), full_(full) {}

    IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                    IODebugContext* debug) override {
      if (full_) return IOStatus::NoSpace("append, full on order");
      if (Breaks(Fault::kAppend)) return IOStatus::IOError("append, broken on order");
      return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
      if (full_) return IOStatus::NoSpace("sync, full on order");
      if (Breaks(Fault::kSync)) return IOStatus::IOError("sync, broken on order");
      return FSWritableFileOwnerWrapper::Flush(options, debug);
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
      return Sync(options, debug);
    }

   private:
    bool Breaks(Fault fault) { return fault_.compare_exchange_strong(fault, Fault::kNone); }

    std::atomic<Fault>& fault_;
    const std::atomic<bool>& full_;
  };

  class Table final : public rocksdb::FSRandomAccessFileOwnerWrapper {
   public:
    Table(std::unique_ptr<rocksdb::FSRandomAccessFile> file, const BreakableDisk& disk)
        : FSRandomAccessFileOwnerWrapper(std::move(file)), disk_(disk) {}

    // NOLINTNEXTLINE(readability-function-size): the parameters are RocksDB's
    IOStatus Read(std::uint64_t offset, std::size_t octets, const IOOptions& options,
                  rocksdb::Slice* result, char* scratch, IODebugContext* debug) const override {
      if (disk_.refuses_reading_) return disk_.read_answer_;
      return FSRandomAccessFileOwnerWrapper::Read(offset, octets, options, result, scratch, debug);
    }
    IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count,
                       const IOOptions& options, IODebugContext* debug) override {
      if (disk_.refuses_reading_) return disk_.read_answer_;
      return FSRandomAccessFileOwnerWrapper::MultiRead(requests, count, options, debug);
    }

   private:
    const BreakableDisk& disk_;
  };

  class Directory final : public rocksdb::FSDirectory {
   public:
    IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
      return IOStatus::OK();
    }
  };

  std::atomic<Fault> fault_{Fault::kNone};
  std::atomic<Fault> never_{Fault::kNone};  // of other files than logs
  std::atomic<bool> full_{false};
  std::atomic<std::uint64_t> free_{kWhatThereIs};
  std::atomic<bool> refuses_{false};
  IOStatus answer_;  // set before `refuses_`
  std::atomic<bool> refuses_reading_{false};
  IOStatus read_answer_;           // likewise
  std::function<void()> on_look_;  // set while nothing is opened
};

}  // namespace idnode::store
