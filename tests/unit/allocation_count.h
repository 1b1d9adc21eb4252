// How often a thread allocates: for tests of what must not. Only a program that calls this counts.
#pragma once

#include <cstddef>

namespace idnode {

// Calls of operator new on this thread so far.
std::size_t Allocations() noexcept;

}  // namespace idnode
