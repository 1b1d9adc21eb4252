// How many connections are open, in all and from one source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

#include "base/endpoint.h"
#include "net/source.h"

namespace idnode::net {

// Any thread.
class ConnectionLimits {
 public:
  enum class Verdict : std::uint8_t { kAdmitted, kTooMany, kTooManyFromSource };

  ConnectionLimits(std::size_t most, std::size_t most_per_source) noexcept
      : most_(most), most_per_source_(most_per_source) {}

  // Counts a connection from `address` in, if there is room. Whoever was admitted is released once.
  Verdict Admit(const Address& address);
  void Release(const Address& address);

  std::size_t open() const;

 private:
  const std::size_t most_;
  const std::size_t most_per_source_;

  mutable std::mutex mutex_;
  // Under the mutex:
  std::size_t open_ = 0;
  std::map<Source, std::size_t> by_source_;  // none is 0
};

}  // namespace idnode::net
