#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <string_view>
#include <utility>

#include "engine_harness.h"
#include "store/rocksdb/rocks_engine.h"
#include "temporary_directory.h"

namespace idnode::store {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

enum class Fault : std::uint8_t { kNone, kAppend, kSync };

// A write-ahead log whose next append or sync fails on order.
class BreakableLog final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  BreakableLog(std::unique_ptr<rocksdb::FSWritableFile> file, std::atomic<Fault>& fault)
      : FSWritableFileOwnerWrapper(std::move(file)), fault_(fault) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    if (Breaks(Fault::kAppend)) return IOStatus::IOError("append, broken on order");
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (Breaks(Fault::kSync)) return IOStatus::IOError("sync, broken on order");
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }

 private:
  bool Breaks(Fault fault) { return fault_.compare_exchange_strong(fault, Fault::kNone); }

  std::atomic<Fault>& fault_;
};

class BreakableDisk final : public rocksdb::FileSystemWrapper {
 public:
  BreakableDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "BreakableDisk"; }
  void BreakNext(Fault fault) { fault_ = fault; }

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (status.ok() && std::string_view(name).ends_with(".log")) {
      *file = std::make_unique<BreakableLog>(std::move(*file), fault_);
    }
    return status;
  }

 private:
  std::atomic<Fault> fault_{Fault::kNone};
};

class RocksHarness final : public EngineHarness {
 public:
  RocksHarness() { Reopen(); }

  Engine& engine() override { return *engine_; }
  void Reopen() override {
    engine_.reset();
    auto opened = RocksEngine::Open(directory_.path(), {.env = env_.get()});
    if (!opened.ok()) throw std::runtime_error(opened.error().what);
    engine_ = std::move(opened).value();
  }
  void BreakNextCommit(bool applied) override {
    disk_->BreakNext(applied ? Fault::kSync : Fault::kAppend);
  }

 private:
  const TemporaryDirectory directory_;
  const std::shared_ptr<BreakableDisk> disk_ = std::make_shared<BreakableDisk>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  std::unique_ptr<RocksEngine> engine_;
};

}  // namespace

std::unique_ptr<EngineHarness> MakeRocksHarness() { return std::make_unique<RocksHarness>(); }

}  // namespace idnode::store
