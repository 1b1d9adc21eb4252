// Prefixes and tokens as they are now: what the control view holds, in memory.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "idnode/stored/v1/control.pb.h"
#include "ledger/committer.h"
#include "store/engine.h"

namespace idnode::registry {

// Keys of control objects.
std::string PrefixControlKey(std::string_view folded_prefix);  // "p" prefix
std::string TokenControlKey(std::string_view id);              // "t" id

// SHA-256 of a secret's text, and the id that follows from it.
std::string SecretHash(std::string_view secret);
std::string TokenId(std::string_view secret_hash);

// Immutable.
struct Control {
  template <typename Object>
  struct Held {
    ledger::Seq seq = ledger::kNoSeq;  // of its last entry
    std::shared_ptr<const Object> object;
  };
  std::map<std::string, Held<stored::v1::Prefix>, std::less<>> prefixes;  // by folded prefix
  std::map<std::string, Held<stored::v1::Token>, std::less<>> tokens;     // by id
};

// Reads an object from the state of its row. Errors: kCorrupt.
Result<stored::v1::Prefix> ParsePrefix(std::string_view state);
Result<stored::v1::Token> ParseToken(std::string_view state);

// Follows the control view: loads it, then learns of every commit. Any thread may read.
class ControlTable final : public ledger::CommitListener {
 public:
  // `store` must outlive the table.
  explicit ControlTable(const store::Readable& store) noexcept : store_(store) {}

  // Reads everything. Before the committer starts. Errors: kCorrupt, kUnavailable.
  Status Load();

  std::shared_ptr<const Control> now() const;

  // The same for deciding who is let in: never older than the store. After the store was opened
  // again and could not be read at once, reads it now. Errors: as Load().
  Result<std::shared_ptr<const Control>> Current();

  // Called after every change, one at a time, with what is now: on the commit thread, or on that of
  // Current(). Set before the committer starts.
  void OnChange(std::function<void(const Control&)> observer) { observer_ = std::move(observer); }

  void OnCommit(const ledger::Head& head, std::span<const ledger::Entry> entries) noexcept override;

 private:
  Status LoadLocked();
  void Publish(const std::shared_ptr<const Control>& control);

  const store::Readable& store_;
  std::function<void(const Control&)> observer_;

  std::mutex change_mutex_;         // over every change, from what it reads to Publish()
  std::atomic<bool> stale_{false};  // the store may hold what now_ does not

  mutable std::mutex mutex_;
  std::shared_ptr<const Control> now_ = std::make_shared<Control>();  // under the mutex
};

}  // namespace idnode::registry
