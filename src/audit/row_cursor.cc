#include "audit/row_cursor.h"

#include <utility>

namespace idnode::audit {

Result<const store::Row*> RowCursor::Peek() {
  if (position_ < page_.size()) return &page_[position_];
  if (at_end_) return nullptr;
  auto page = store_.Scan(family_, from_, kScanRows);
  if (!page.ok()) return page.error();
  page_ = std::move(page).value();
  position_ = 0;
  at_end_ = page_.size() < kScanRows;
  if (page_.empty()) return nullptr;
  from_ = page_.back().key + '\0';
  return page_.data();
}

}  // namespace idnode::audit
