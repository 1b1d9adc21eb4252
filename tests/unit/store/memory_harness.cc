#include <limits>
#include <optional>

#include "engine_harness.h"
#include "store/memory/memory_engine.h"

namespace idnode::store {
namespace {

class MemoryHarness final : public EngineHarness {
 public:
  MemoryHarness() { Restart(); }

  Engine& engine() override { return engine_.value(); }
  void Restart() override { engine_.emplace(disk_); }
  void BreakNextCommit(Fate fate) override {
    using Fault = MemoryEngine::Fault;
    engine_.value().Inject(fate == Fate::kApplied ? Fault::kUnknownApplied
                           : fate == Fate::kLost  ? Fault::kUnknownLost
                                                  : Fault::kUnknownLate);
  }
  void BreakReopening(bool broken) override {
    engine_.value().FailReopening(broken ? std::numeric_limits<std::size_t>::max() : 0);
  }

 private:
  MemoryDisk disk_;
  std::optional<MemoryEngine> engine_;
};

}  // namespace

std::unique_ptr<EngineHarness> MakeMemoryHarness() { return std::make_unique<MemoryHarness>(); }

}  // namespace idnode::store
