// Everything below the doors, of one data directory: lock, engine, mark, committer, registry.
//
//   DIR/lock         who has the directory open
//   DIR/db           the store (RocksDB)
//   DIR/mark         how long the log was
//   DIR/admin.token  the secret of the administrator whom the node itself lets in
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/logger.h"
#include "base/published.h"
#include "ledger/committer.h"
#include "registry/control.h"
#include "registry/lookup.h"
#include "registry/registry.h"
#include "resolve/prefix_table.h"
#include "store/directory_lock.h"
#include "store/mark_file.h"
#include "store/rocksdb/rocks_engine.h"

namespace idnode::node {

class Core {
 public:
  struct Options {
    store::RocksOptions store;
    ledger::Committer::Options committer;
    registry::Registry::Options registry;
    std::uint32_t list_page = 1'000;
    bool new_admin_token = false;                    // let another administrator in
    std::function<void()> on_owned;                  // the directory is locked: it is nobody else's
    std::vector<ledger::CommitListener*> listeners;  // besides those of the core itself
  };

  // Opens `directory`, creating it. Lets an administrator in when the log is empty, or when asked
  // to: whoever can start the node on its directory needs nobody's leave.
  // `clock` and `logger` must outlive the core. Throws std::runtime_error in words for the
  // operator: what is wrong, and what to do; NeedsOperator (node/start_check.h) if another start
  // would end the same way, and then the store is as it was.
  Core(const std::filesystem::path& directory, const Options& options, const Clock& clock,
       Logger& logger);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core();  // Stop()

  // Answers every write that waits; later ones are refused. Reads go on.
  void Stop();

  store::Engine& engine() noexcept { return *engine_; }
  ledger::Committer& committer() noexcept { return *committer_; }
  registry::Registry& registry() noexcept { return *registry_; }
  const registry::Lookup& lookup() const noexcept { return *lookup_; }
  const Published<resolve::PrefixTable>& prefixes() const noexcept { return prefixes_; }

 private:
  void OwnDirectory(const std::filesystem::path& directory);
  void OpenStore(const std::filesystem::path& directory, store::RocksOptions options);
  void StartCommitter(const std::filesystem::path& directory, const Options& options);
  void AdmitAdministrator(const std::filesystem::path& directory, bool anew);

  const Clock& clock_;
  Logger& logger_;
  Published<resolve::PrefixTable> prefixes_;

  // In the order in which they need one another.
  std::unique_ptr<store::DirectoryLock> lock_;
  std::unique_ptr<store::RocksEngine> engine_;
  std::unique_ptr<store::MarkFile> mark_;
  std::unique_ptr<registry::ControlTable> control_;
  std::unique_ptr<ledger::Committer> committer_;
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<registry::Lookup> lookup_;
};

}  // namespace idnode::node
