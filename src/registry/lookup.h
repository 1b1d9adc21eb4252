// Reading records for those who may see more than the public: whole, with what is deleted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "idnode/v1/common.pb.h"
#include "registry/control.h"
#include "registry/principal.h"
#include "registry/problem.h"
#include "store/engine.h"

namespace idnode::registry {

inline constexpr std::uint32_t kDefaultPage = 100;

struct ListQuery {
  std::string prefix;           // need not be folded
  bool below = false;           // and the prefixes derived from it
  std::uint32_t page_size = 0;  // 0: kDefaultPage
  std::string cursor;           // of the page before; empty: from the beginning
  bool include_values = false;
  bool include_deleted = false;
};

struct ListPage {
  std::vector<v1::Record> records;
  std::string next_cursor;  // empty: that was the last page
};

// Any thread.
class Lookup {
 public:
  // `max_page`: most records of a page. Both references must outlive this.
  Lookup(const store::Engine& store, const ControlTable& control, std::uint32_t max_page) noexcept
      : store_(store), control_(control), max_page_(max_page) {}

  // The record with all its values. Needs the scope read. Problems: identifier_malformed,
  // prefix_unknown, identifier_not_found, permission_denied.
  std::variant<v1::Record, Problem> Get(const Principal& principal, std::string_view identifier,
                                        bool include_deleted) const;

  // A page of records in the order of their keys, each as it is when it is read. A page may be
  // short, even empty, though there is a next one. Needs the scope read for the prefix. Problems:
  // prefix_malformed, prefix_unknown, page_size_invalid, cursor_malformed, permission_denied.
  std::variant<ListPage, Problem> List(const Principal& principal, const ListQuery& query) const;

  // The key of an identifier. Problems: identifier_malformed, prefix_unknown.
  std::variant<std::string, Problem> KeyOf(std::string_view identifier) const;

 private:
  const store::Engine& store_;
  const ControlTable& control_;
  const std::uint32_t max_page_;
};

}  // namespace idnode::registry
