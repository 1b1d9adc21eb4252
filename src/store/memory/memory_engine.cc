#include "store/memory/memory_engine.h"

#include <mutex>
#include <set>
#include <utility>

namespace idnode::store {
namespace {

// What is read, the same of a disk and of a copy of one.

Status GetFrom(const MemoryDisk& disk, Family family, std::string_view key, std::string& value) {
  const auto& table = disk.Of(family);
  const auto found = table.find(key);
  if (found == table.end()) return Error{Errc::kNotFound, 0, "get"};
  value = found->second;
  return {};
}

std::vector<std::optional<std::string>> MultiGetFrom(const MemoryDisk& disk, Family family,
                                                     std::span<const std::string_view> keys) {
  const auto& table = disk.Of(family);
  std::vector<std::optional<std::string>> values(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto found = table.find(keys[i]);
    if (found != table.end()) values[i] = found->second;
  }
  return values;
}

std::vector<Row> ScanFrom(const MemoryDisk& disk, Family family, std::string_view from,
                          std::size_t limit) {
  const auto& table = disk.Of(family);
  std::vector<Row> rows;
  for (auto it = table.lower_bound(from); it != table.end() && rows.size() < limit; ++it) {
    rows.push_back({it->first, it->second});
  }
  return rows;
}

std::string HeadFrom(const MemoryDisk& disk) {
  std::string head;
  const Status read = GetFrom(disk, Family::kMeta, kHeadKey, head);
  return read.ok() ? head : std::string();  // kNotFound is the only error here
}

bool AreDistinct(std::span<const Put> puts, std::span<const Erase> erases) {
  std::set<std::pair<Family, std::string_view>> keys;
  for (const Put& put : puts) keys.emplace(put.family, put.key);
  for (const Erase& erase : erases) keys.emplace(erase.family, erase.key);
  return keys.size() == puts.size() + erases.size();
}

}  // namespace

class MemoryEngine::Moment final : public Snapshot {
 public:
  Moment(const MemoryEngine& engine, MemoryDisk disk)
      : engine_(engine), reopens_(engine.reopens_), disk_(std::move(disk)) {}

  Status Get(Family family, std::string_view key, std::string& value) const override {
    if (const Status alive = Alive(); !alive.ok()) return alive;
    return GetFrom(disk_, family, key, value);
  }
  Result<std::vector<std::optional<std::string>>> MultiGet(
      Family family, std::span<const std::string_view> keys) const override {
    if (const Status alive = Alive(); !alive.ok()) return alive.error();
    return MultiGetFrom(disk_, family, keys);
  }
  Result<std::vector<Row>> Scan(Family family, std::string_view from,
                                std::size_t limit) const override {
    if (const Status alive = Alive(); !alive.ok()) return alive.error();
    return ScanFrom(disk_, family, from, limit);
  }
  Result<std::string> Head() const override {
    if (const Status alive = Alive(); !alive.ok()) return alive.error();
    return HeadFrom(disk_);
  }

 private:
  Status Alive() const {
    if (engine_.reopens_ == reopens_) return {};
    return Error{Errc::kUnavailable, 0, "the snapshot has ended: reopened"};
  }

  const MemoryEngine& engine_;
  const std::uint64_t reopens_;
  const MemoryDisk disk_;
};

void MemoryEngine::Inject(Fault fault, std::size_t spared) noexcept {
  fault_ = fault;
  spared_ = spared;
}

Status MemoryEngine::Get(Family family, std::string_view key, std::string& value) const {
  const std::shared_lock lock(mutex_);
  return GetFrom(disk_, family, key, value);
}

Result<std::vector<std::optional<std::string>>> MemoryEngine::MultiGet(
    Family family, std::span<const std::string_view> keys) const {
  const std::shared_lock lock(mutex_);
  return MultiGetFrom(disk_, family, keys);
}

Result<std::vector<Row>> MemoryEngine::Scan(Family family, std::string_view from,
                                            std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  return ScanFrom(disk_, family, from, limit);
}

Result<std::string> MemoryEngine::Head() const {
  if (unsettled_) return Error{Errc::kUnavailable, 0, "a write has failed; reopen"};
  const std::shared_lock lock(mutex_);
  return HeadFrom(disk_);
}

Result<std::unique_ptr<Snapshot>> MemoryEngine::TakeSnapshot() const {
  const std::shared_lock lock(mutex_);
  return std::unique_ptr<Snapshot>(std::make_unique<Moment>(*this, disk_));
}

Status MemoryEngine::Reopen() {
  ++reopens_;
  if (failing_reopens_ > 0) {
    --failing_reopens_;
    unsettled_ = true;
    return Error{Errc::kUnavailable, 0, "reopen, failed on order"};
  }
  unsettled_ = false;
  return {};
}

Result<Outcome> MemoryEngine::Apply(std::string_view expected_head, std::string_view next_head,
                                    std::span<const Put> puts, std::span<const Erase> erases) {
  if (!AreDistinct(puts, erases)) return Error{Errc::kMalformed, 0, "a key given twice"};
  if (unsettled_) return Head().error();
  LandLate();
  if (Head().value() != expected_head) return Outcome::kStale;
  const Fault fault = TakeFault();
  if (fault == Fault::kStale) return Outcome::kStale;
  unsettled_ = fault != Fault::kNone;
  if (fault == Fault::kUnknownLost) return Outcome::kUnknown;
  if (fault == Fault::kUnknownLate) {
    late_ = Late{.expected_head = std::string(expected_head),
                 .next_head = std::string(next_head),
                 .puts = {puts.begin(), puts.end()},
                 .erases = {erases.begin(), erases.end()}};
    return Outcome::kUnknown;
  }
  Change(next_head, puts, erases);
  return fault == Fault::kUnknownApplied ? Outcome::kUnknown : Outcome::kCommitted;
}

void MemoryEngine::Change(std::string_view next_head, std::span<const Put> puts,
                          std::span<const Erase> erases) {
  const std::unique_lock lock(mutex_);
  disk_.Of(Family::kMeta).insert_or_assign(std::string(kHeadKey), std::string(next_head));
  for (const Put& put : puts) disk_.Of(put.family).insert_or_assign(put.key, put.value);
  for (const Erase& erase : erases) disk_.Of(erase.family).erase(erase.key);
}

// The head is compared only now: what comes too late changes nothing.
void MemoryEngine::LandLate() {
  const std::optional<Late> late = std::exchange(late_, std::nullopt);
  if (!late.has_value() || Head().value() != late->expected_head) return;
  Change(late->next_head, late->puts, late->erases);
}

MemoryEngine::Fault MemoryEngine::TakeFault() noexcept {
  if (fault_ == Fault::kNone) return fault_;
  if (spared_ > 0) {
    --spared_;
    return Fault::kNone;
  }
  return std::exchange(fault_, Fault::kNone);
}

}  // namespace idnode::store
