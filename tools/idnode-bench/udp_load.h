// A closed loop of datagrams: so many questions are always under way, and every answer is followed
// by the next question.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/endpoint.h"

namespace idnode::bench {

struct LoadOptions {
  Endpoint target;
  std::chrono::milliseconds time{2'000};
  std::size_t window = 256;  // datagrams under way, over all sockets
  std::size_t sockets = 8;   // each with a port of its own, so that SO_REUSEPORT spreads them
};

struct LoadResult {
  std::uint64_t answers = 0;
  std::uint64_t octets = 0;    // of the answers
  std::uint64_t lost = 0;      // questions that no answer came to
  std::uint64_t failures = 0;  // answers with a response code other than 1
  double seconds = 0;
  double Rate() const { return static_cast<double>(answers) / seconds; }
};

// Sends `questions` round and round. One thread: the caller's. Throws std::runtime_error.
LoadResult Load(const std::vector<std::vector<std::uint8_t>>& questions,
                const LoadOptions& options);

}  // namespace idnode::bench
