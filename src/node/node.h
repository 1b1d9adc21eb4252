// A running node: the core, and the doors in front of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/logger.h"
#include "node/config.h"

namespace idnode::node {

class Node {
 public:
  // What is asked of one start, and not of the configuration.
  struct Wishes {
    bool new_admin_token = false;    // let another administrator in
    std::function<void()> on_owned;  // called once the directory is this node's alone; may throw
  };

  // Opens `directory` and listens; when this returns, all listeners accept. `clock` and `logger`
  // must outlive the node. Throws std::runtime_error in words for the operator.
  Node(const std::filesystem::path& directory, const Config& config, const Wishes& wishes,
       const Clock& clock, Logger& logger);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();  // Stop()

  // Stops listening, lets what was begun come to its end for at most `patience`, then closes the
  // store. A second call does nothing.
  void Stop(std::chrono::milliseconds patience);

  // The content of the ready file: one JSON object.
  std::string ReadyText() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Every listener on 127.0.0.1 with a port that the system picks.
void MakeEphemeral(Config& config);

}  // namespace idnode::node
