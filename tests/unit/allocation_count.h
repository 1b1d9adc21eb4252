// How often a thread allocates, and how much a program holds: for tests of what must not. Only a
// program that calls one of these counts.
#pragma once

#include <cstddef>

namespace idnode {

// Calls of operator new on this thread so far.
std::size_t Allocations() noexcept;

// Lets the `nth` call of operator new on this thread from now on, from 1, throw std::bad_alloc; 0
// lets none. True: the last one that was ordered has come.
bool FailAllocation(std::size_t nth) noexcept;

// What operator new has given and operator delete has not taken back, all threads together. Any
// thread.
std::size_t HeldOctets() noexcept;

}  // namespace idnode
