#include "net/connection_limits.h"

namespace idnode::net {

ConnectionLimits::Verdict ConnectionLimits::Admit(const Address& address) {
  const std::scoped_lock lock(mutex_);
  if (open_ >= most_) return Verdict::kTooMany;
  std::size_t& from_source = by_source_[SourceOf(address)];
  if (from_source >= most_per_source_) return Verdict::kTooManyFromSource;
  ++from_source;
  ++open_;
  return Verdict::kAdmitted;
}

void ConnectionLimits::Release(const Address& address) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_source_.find(SourceOf(address));
  if (found == by_source_.end()) return;
  if (--found->second == 0) by_source_.erase(found);
  --open_;
}

std::size_t ConnectionLimits::open() const {
  const std::scoped_lock lock(mutex_);
  return open_;
}

}  // namespace idnode::net
