#include "registry/control.h"

#include <utility>

#include "crypto/digest.h"
#include "ledger/clock_rule.h"
#include "ledger/rows.h"

namespace idnode::registry {
namespace {

constexpr char kPrefixTag = 'p';
constexpr char kTokenTag = 't';
constexpr std::size_t kTokenIdSize = 8;   // octets
constexpr std::size_t kScanRows = 1'000;  // a page

// Puts one object into `control`.
Status Take(Control& control, std::string_view key, ledger::Seq seq, std::string_view state) {
  const std::string name(key.substr(std::min<std::size_t>(1, key.size())));
  switch (key.empty() ? '\0' : key.front()) {
    case kPrefixTag: {
      Result<stored::v1::Prefix> prefix = ParsePrefix(state);
      if (!prefix.ok()) return prefix.error();
      control.prefixes[name] = {
          seq, std::make_shared<const stored::v1::Prefix>(std::move(prefix).value())};
      return {};
    }
    case kTokenTag: {
      Result<stored::v1::Token> token = ParseToken(state);
      if (!token.ok()) return token.error();
      control.tokens[name] = {seq,
                              std::make_shared<const stored::v1::Token>(std::move(token).value())};
      return {};
    }
    default:
      return {};  // the clock's, which is the ledger's own
  }
}

Status TakeRow(Control& control, const store::Row& row) {
  const Result<ledger::StateRow> state = ledger::DecodeStateRow(row.value);
  if (!state.ok()) return state.error();
  return Take(control, row.key, state.value().seq, state.value().state);
}

}  // namespace

std::string PrefixControlKey(std::string_view folded_prefix) {
  return kPrefixTag + std::string(folded_prefix);
}
std::string TokenControlKey(std::string_view id) { return kTokenTag + std::string(id); }

std::string SecretHash(std::string_view secret) {
  return std::string(AsText(crypto::Sha256({AsBytes(secret)})));
}
std::string TokenId(std::string_view secret_hash) {
  return std::string(secret_hash.substr(0, kTokenIdSize));
}

Result<stored::v1::Prefix> ParsePrefix(std::string_view state) {
  stored::v1::Prefix prefix;
  if (!prefix.ParseFromArray(state.data(), static_cast<int>(state.size()))) {
    return Error{Errc::kCorrupt, 0, "prefix"};
  }
  return prefix;
}

Result<stored::v1::Token> ParseToken(std::string_view state) {
  stored::v1::Token token;
  if (!token.ParseFromArray(state.data(), static_cast<int>(state.size()))) {
    return Error{Errc::kCorrupt, 0, "token"};
  }
  return token;
}

Status ControlTable::Load() {
  const std::scoped_lock lock(change_mutex_);
  return LoadLocked();
}

Result<std::shared_ptr<const Control>> ControlTable::Current() {
  if (stale_.load(std::memory_order_acquire)) {
    const std::scoped_lock lock(change_mutex_);
    if (stale_.load(std::memory_order_relaxed)) {
      if (const Status loaded = LoadLocked(); !loaded.ok()) return loaded.error();
    }
  }
  return now();
}

Status ControlTable::LoadLocked() {
  auto control = std::make_shared<Control>();
  for (std::string from;;) {
    const auto rows = store_.Scan(store::Family::kControl, from, kScanRows);
    if (!rows.ok()) return rows.error();
    for (const store::Row& row : rows.value()) {
      const Status taken = TakeRow(*control, row);
      if (!taken.ok()) return taken;
    }
    if (rows.value().size() < kScanRows) break;
    from = rows.value().back().key + '\0';
  }
  Publish(control);
  stale_.store(false, std::memory_order_release);
  return {};
}

std::shared_ptr<const Control> ControlTable::now() const {
  const std::scoped_lock lock(mutex_);
  return now_;
}

void ControlTable::OnCommit(const ledger::Head& /*head*/,
                            std::span<const ledger::Entry> entries) noexcept {
  const std::scoped_lock lock(change_mutex_);
  if (entries.empty()) {  // the store was opened again: there may be more than was told
    stale_.store(true, std::memory_order_release);
    (void)LoadLocked();  // or Current() does
    return;
  }
  std::shared_ptr<Control> next;
  for (const ledger::Entry& entry : entries) {
    if (!ledger::IsControl(entry.leaf.kind)) continue;
    if (next == nullptr) next = std::make_shared<Control>(*now());
    // What was just written reads; if it did not, the object keeps its old state here and the
    // commit thread, which reads the store, decides by the new one.
    (void)Take(*next, entry.payload.identifier, entry.leaf.seq, entry.payload.state);
  }
  if (next != nullptr) Publish(next);
}

void ControlTable::Publish(const std::shared_ptr<const Control>& control) {
  {
    const std::scoped_lock lock(mutex_);
    now_ = control;
  }
  if (observer_) observer_(*control);
}

}  // namespace idnode::registry
