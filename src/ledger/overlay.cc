#include "ledger/overlay.h"

#include <utility>

namespace idnode::ledger {

Status Overlay::Get(store::Family family, std::string_view key, std::string& value) const {
  const Table& table = tables_.at(static_cast<std::size_t>(family));
  const auto found = table.find(key);
  if (found == table.end()) return below_.Get(family, key, value);
  value = found->second;
  return {};
}

void Overlay::Set(store::Put put) {
  Table& table = tables_.at(static_cast<std::size_t>(put.family));
  const std::size_t key_size = put.key.size();
  octets_ += put.value.size();
  const auto [slot, is_new] = table.try_emplace(std::move(put.key));
  if (is_new) {
    ++keys_;
    octets_ += key_size;
  } else {
    octets_ -= slot->second.size();
  }
  slot->second = std::move(put.value);
}

bool Overlay::IsSet(store::Family family, std::string_view key) const {
  const Table& table = tables_.at(static_cast<std::size_t>(family));
  return table.find(key) != table.end();
}

std::vector<store::Put> Overlay::Puts() const {
  std::vector<store::Put> puts;
  puts.reserve(keys_);
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    for (const auto& [key, value] : tables_[i]) {
      puts.push_back({static_cast<store::Family>(i), key, value});
    }
  }
  return puts;
}

}  // namespace idnode::ledger
