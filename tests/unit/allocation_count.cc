#include "allocation_count.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
thread_local std::size_t allocations = 0;
thread_local std::size_t until_failure = 0;  // 0: none is ordered
std::atomic<std::size_t> held = 0;

void* Allocate(std::size_t size) noexcept {
  ++allocations;
  if (until_failure > 0 && --until_failure == 0) return nullptr;
  void* const memory = std::malloc(size);
  held.fetch_add(::malloc_usable_size(memory), std::memory_order_relaxed);
  return memory;
}

void Free(void* memory) noexcept {
  held.fetch_sub(::malloc_usable_size(memory), std::memory_order_relaxed);
  std::free(memory);
}
}  // namespace

// In a file of their own because g++ 12, where it sees one of them inlined and the other not,
// believes that new and delete do not match.
void* operator new(std::size_t size) {
  if (void* memory = Allocate(size)) return memory;
  throw std::bad_alloc();
}
// Used inside the standard library (std::stable_sort); a sanitizer's own would not match delete.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return Allocate(size);
}
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { Free(memory); }

bool idnode::FailAllocation(std::size_t nth) noexcept {
  const bool has_come = until_failure == 0;
  until_failure = nth;
  return has_come;
}
std::size_t idnode::Allocations() noexcept { return allocations; }
std::size_t idnode::HeldOctets() noexcept { return held.load(std::memory_order_relaxed); }
