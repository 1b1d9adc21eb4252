// The rows of a family one after the other, read in pages: what is held is a page, however large
// the family is.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/engine.h"

namespace idnode::audit {

// Reads of one call of MultiGet(), and rows that are worked off together.
inline constexpr std::size_t kPageRows = 256;

// Rows that are read at a time, so most that are held. Records have up to 250,000 octets (the most
// of limits.record_octets): 16 MB; usual ones 12 KB.
inline constexpr std::size_t kScanRows = 64;

// One thread.
class RowCursor {
 public:
  // `store` must outlive the cursor.
  RowCursor(const store::Readable& store, store::Family family) noexcept
      : store_(store), family_(family) {}

  // The row at hand, valid until Next(); nullptr behind the last one.
  // Errors: those of Readable::Scan().
  Result<const store::Row*> Peek();

  // REQUIRES: Peek() has just given a row.
  void Next() noexcept { ++position_; }

  store::Family family() const noexcept { return family_; }

  // The key at which the page begins that is read next: after an error, where it was.
  const std::string& page_begin() const noexcept { return from_; }

 private:
  const store::Readable& store_;
  const store::Family family_;
  std::vector<store::Row> page_;
  std::size_t position_ = 0;
  std::string from_;
  bool at_end_ = false;
};

}  // namespace idnode::audit
