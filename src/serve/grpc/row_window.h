// The rows of a stream that have been read and whose results have not been sent yet: a window of
// fixed size over the numbers of the rows. Results come in any order and leave in the rows' order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace idnode::serve {

// One thread at a time.
template <typename T>
class RowWindow {
 public:
  // REQUIRES: size > 0.
  explicit RowWindow(std::size_t size) : slots_(size) {}

  bool full() const noexcept { return next_row_ - first_row_ == slots_.size(); }
  bool empty() const noexcept { return next_row_ == first_row_; }
  std::size_t unanswered() const noexcept { return unanswered_; }

  // Takes a row in, and tells its number; the first is 0. REQUIRES: !full().
  std::uint64_t Open() noexcept {
    ++unanswered_;
    return next_row_++;
  }

  // What came of a row. REQUIRES: the row was opened, and has not been answered.
  void Answer(std::uint64_t row, T result) {
    SlotOf(row) = std::move(result);
    --unanswered_;
  }

  // The result that is to be sent next, or null while that is not there; and the number of its row.
  const T* front() const noexcept { return ResultAt(0); }
  std::uint64_t front_row() const noexcept { return first_row_; }
  // The result after it.
  const T* second() const noexcept { return ResultAt(1); }

  // Leaves the first row behind. REQUIRES: front() != nullptr.
  void Pop() noexcept { SlotOf(first_row_++).reset(); }

 private:
  std::optional<T>& SlotOf(std::uint64_t row) noexcept { return slots_[row % slots_.size()]; }

  const T* ResultAt(std::uint64_t offset) const noexcept {
    const std::uint64_t row = first_row_ + offset;
    if (row >= next_row_) return nullptr;
    const std::optional<T>& slot = slots_[row % slots_.size()];
    return slot.has_value() ? &*slot : nullptr;
  }

  std::vector<std::optional<T>> slots_;
  std::uint64_t first_row_ = 0;  // the oldest one that has not been sent
  std::uint64_t next_row_ = 0;
  std::size_t unanswered_ = 0;
};

}  // namespace idnode::serve
