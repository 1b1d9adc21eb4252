#include "store/memory/memory_engine.h"

#include <mutex>
#include <utility>

namespace idnode::store {

void MemoryEngine::Inject(Fault fault, std::size_t spared) noexcept {
  fault_ = fault;
  spared_ = spared;
}

Status MemoryEngine::Get(Family family, std::string_view key, std::string& value) const {
  const std::shared_lock lock(mutex_);
  const Table& table = Of(family);
  const auto found = table.find(key);
  if (found == table.end()) return Error{Errc::kNotFound, 0, "get"};
  value = found->second;
  return {};
}

Result<std::vector<std::optional<std::string>>> MemoryEngine::MultiGet(
    Family family, std::span<const std::string_view> keys) const {
  const std::shared_lock lock(mutex_);
  const Table& table = Of(family);
  std::vector<std::optional<std::string>> values(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto found = table.find(keys[i]);
    if (found != table.end()) values[i] = found->second;
  }
  return values;
}

Result<std::vector<Row>> MemoryEngine::Scan(Family family, std::string_view from,
                                            std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  const Table& table = Of(family);
  std::vector<Row> rows;
  for (auto it = table.lower_bound(from); it != table.end() && rows.size() < limit; ++it) {
    rows.push_back({it->first, it->second});
  }
  return rows;
}

Result<std::string> MemoryEngine::Head() const {
  std::string head;
  const Status read = Get(Family::kMeta, kHeadKey, head);
  return read.ok() ? head : std::string();  // kNotFound is the only error here
}

Result<Outcome> MemoryEngine::Apply(std::string_view expected_head, std::string_view next_head,
                                    std::span<const Put> puts, std::span<const Erase> erases) {
  const Result<std::string> head = Head();
  if (!head.ok()) return head.error();
  if (head.value() != expected_head) return Outcome::kStale;
  const Fault fault = TakeFault();
  if (fault == Fault::kStale) return Outcome::kStale;
  if (fault == Fault::kUnknownLost) return Outcome::kUnknown;

  const std::unique_lock lock(mutex_);
  Of(Family::kMeta).insert_or_assign(std::string(kHeadKey), std::string(next_head));
  for (const Put& put : puts) Of(put.family).insert_or_assign(put.key, put.value);
  for (const Erase& erase : erases) Of(erase.family).erase(erase.key);
  return fault == Fault::kUnknownApplied ? Outcome::kUnknown : Outcome::kCommitted;
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
