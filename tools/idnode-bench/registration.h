// Registrations over gRPC, as fast as so many callers make them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "node_channel.h"

namespace idnode::bench {

struct Registered {
  std::uint64_t done = 0;
  double seconds = 0;
  double Rate() const { return static_cast<double>(done) / seconds; }
};

class Registration {
 public:
  // Throws std::runtime_error if a file of `node` cannot be used.
  Registration(const tools::NodeOptions& node, std::string prefix, std::size_t value_octets);
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  ~Registration();

  // `callers` calls of Register are under way all the time. Every identifier is new. Throws at the
  // first refusal.
  Registered Calls(std::size_t callers, std::chrono::milliseconds time);

  // The same in one RegisterStream; ends after `most` rows or `time`. The identifiers are
  // PREFIX/NAME-0, NAME-1, ...
  Registered Stream(const std::string& name, std::uint64_t most, std::chrono::milliseconds time);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace idnode::bench
