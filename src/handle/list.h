// list(T) of the handle protocol, read where it lies: a four-octet count, then the items.
//
// Whoever reads a list walks its items once to find its end, and so checks them all. What remains
// is a view: iterating decodes each item again, out of the same octets, without allocating.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "base/bytes.h"
#include "base/reader.h"

namespace idnode::handle {

// Of any array: elements of a list, octets of a block (the protocol's limit).
inline constexpr std::size_t kMaxArray = 1'048'576;

// How an item is read from the front of a reader. Specialised beside each type of item.
template <typename T>
struct Wire;  // static T Read(Reader& in) noexcept;

template <>
struct Wire<std::int32_t> {
  static std::int32_t Read(Reader& in) noexcept { return in.I32("list item"); }
};

template <>
struct Wire<std::string_view> {
  static std::string_view Read(Reader& in) noexcept {
    return AsText(in.Block(kMaxArray, "list item"));
  }
};

template <typename T>
class List {
 public:
  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    Iterator(std::uint32_t count, Bytes items) noexcept : left_(count), in_(items) { Load(); }

    const T& operator*() const noexcept { return item_; }
    const T* operator->() const noexcept { return &item_; }
    Iterator& operator++() noexcept {
      --left_;
      Load();
      return *this;
    }
    void operator++(int) noexcept { ++*this; }
    bool operator==(std::default_sentinel_t /*end*/) const noexcept { return left_ == 0; }

   private:
    void Load() noexcept {
      if (left_ == 0) return;
      item_ = Wire<T>::Read(in_);
      if (!in_.ok()) left_ = 0;
    }

    std::uint32_t left_;  // items from this one on
    Reader in_;
    T item_{};
  };

  List() noexcept = default;

  // REQUIRES: `items` holds `count` items. Where it does not, iteration ends at the first item
  // that cannot be read.
  List(std::uint32_t count, Bytes items) noexcept : count_(count), items_(items) {}

  std::size_t size() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }
  Bytes octets() const noexcept { return items_; }  // of the items, the count not among them

  Iterator begin() const noexcept { return {count_, items_}; }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::uint32_t count_ = 0;
  Bytes items_;
};

// Reads a list from the front of `in`, checking every item. On an error, which sticks to `in`, the
// list is empty.
template <typename T>
List<T> ReadList(Reader& in, const char* field) noexcept {
  const std::uint32_t count = in.U32(field);
  if (count > kMaxArray) in.Fail(Errc::kTooLarge, field);
  const std::size_t start = in.offset();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) Wire<T>::Read(in);
  return in.ok() ? List<T>(count, in.Since(start)) : List<T>();
}

}  // namespace idnode::handle
