#include "breakable_disk.h"
#include "engine_harness.h"
#include "store/rocksdb/rocks_engine.h"
#include "temporary_directory.h"

namespace idnode::store {
namespace {

class RocksHarness final : public EngineHarness {
 public:
  RocksHarness() { Restart(); }

  Engine& engine() override { return *engine_; }
  void Restart() override {
    engine_.reset();
    std::string reason;
    auto opened = RocksEngine::Open(directory_.path(), {.env = env_.get()}, &reason);
    if (!opened.ok()) throw std::runtime_error(reason);
    engine_ = std::move(opened).value();
  }
  // Its commits are never late: what is not in the log when it is opened again is lost.
  void BreakNextCommit(Fate fate) override {
    disk_->BreakNext(fate == Fate::kApplied ? BreakableDisk::Fault::kSync
                                            : BreakableDisk::Fault::kAppend);
  }
  void BreakReopening(bool broken) override {
    if (broken) disk_->RefuseNewFiles(rocksdb::IOStatus::NoSpace("full on order"));
    if (!broken) disk_->AllowNewFiles();
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
