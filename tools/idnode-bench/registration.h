// Registrations over gRPC, as fast as so many callers make them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace idnode::bench {

struct Registered {
  std::uint64_t done = 0;
  double seconds = 0;
  double Rate() const { return static_cast<double>(done) / seconds; }
};

class Registration {
 public:
  // Throws std::runtime_error if the token cannot be read.
  Registration(const std::string& server, const std::filesystem::path& token_file,
               std::string prefix, std::size_t value_octets);
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
