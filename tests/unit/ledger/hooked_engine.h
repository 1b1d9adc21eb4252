// An engine that asks a test before it does anything: the test may order a fault, answer in its
// place, or change the disk behind everybody's back.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "store/memory/memory_engine.h"

namespace idnode::ledger {

// The hooks get a number, 1 for the first call; nothing means "go on". They are called on the
// thread that calls, and must not change once a committer runs, except through what they refer to.
class HookedEngine final : public store::Engine {
 public:
  explicit HookedEngine(store::MemoryDisk& disk, store::Limits limits = {})
      : below_(disk, limits) {}

  std::function<std::optional<Result<store::Outcome>>(std::size_t)> on_commit;
  std::function<std::optional<Error>(std::size_t)> on_reopen;
  std::function<std::optional<Error>(std::size_t)> on_get;
  std::function<std::optional<Error>()> on_scan;

  store::MemoryEngine& below() noexcept { return below_; }
  std::size_t commits() const noexcept { return commits_; }  // once the committer has stopped
  std::size_t gets() const noexcept { return gets_; }        // likewise

  Status Get(store::Family family, std::string_view key, std::string& value) const override {
    ++gets_;
    if (on_get) {
      if (const auto error = on_get(gets_)) return *error;
    }
    return below_.Get(family, key, value);
  }
  Result<std::vector<std::optional<std::string>>> MultiGet(
      store::Family family, std::span<const std::string_view> keys) const override {
    return below_.MultiGet(family, keys);
  }
  Result<std::vector<store::Row>> Scan(store::Family family, std::string_view from,
                                       std::size_t limit) const override {
    if (on_scan) {
      if (const auto error = on_scan()) return *error;
    }
    return below_.Scan(family, from, limit);
  }
  Result<std::string> Head() const override { return below_.Head(); }
  Result<std::unique_ptr<store::Snapshot>> TakeSnapshot() const override {
    return below_.TakeSnapshot();
  }
  store::Limits limits() const noexcept override { return below_.limits(); }
  Status Reopen() override {
    ++reopens_;
    if (on_reopen) {
      if (const auto error = on_reopen(reopens_)) {
        below_.FailReopening(1);
        (void)below_.Reopen();
        return *error;
      }
    }
    return below_.Reopen();
  }

 private:
  Result<store::Outcome> Apply(std::string_view expected_head, std::string_view next_head,
                               std::span<const store::Put> puts,
                               std::span<const store::Erase> erases) override {
    ++commits_;
    if (on_commit) {
      if (auto instead = on_commit(commits_)) return *instead;
    }
    return below_.Commit(expected_head, next_head, puts, erases);
  }

  store::MemoryEngine below_;
  std::size_t commits_ = 0;
  std::size_t reopens_ = 0;
  mutable std::size_t gets_ = 0;
};

}  // namespace idnode::ledger
