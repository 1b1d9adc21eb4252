// What a component has counted since it started, for people: a name and a number.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace idnode {

struct Count {
  std::string name;  // "handle.udp.too_long": which door, which transport, what
  std::uint64_t value = 0;
  bool is_loss = false;  // grows when somebody was turned away, or met silence
};

// Reads the counts of a moment. Any thread.
using CountSource = std::function<std::vector<Count>()>;

}  // namespace idnode
