// Reading records and control objects for those who may see more than the public: whole, with what
// is deleted, page by page. A page ends after as many as were asked for, or earlier where it would
// pass kPageOctets.
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

// Most octets of a page of more than one. gRPC's clients take messages of 4 MiB by default.
inline constexpr std::size_t kPageOctets = std::size_t{1} << 20;

// Which page.
struct PageQuery {
  std::uint32_t page_size = 0;  // 0: kDefaultPage; the limit of Lookup holds in any case
  std::string cursor;           // of the page before; empty: from the beginning
};

struct ListQuery {
  std::string prefix;  // need not be folded
  bool below = false;  // and the prefixes derived from it
  PageQuery page;
  bool include_values = false;
  bool include_deleted = false;
};

struct ListPage {
  std::vector<v1::Record> records;
  std::string next_cursor;  // empty: that was the last page
};

template <typename Object>
struct ObjectPage {
  std::vector<Control::Held<Object>> objects;
  std::string next_cursor;  // empty: that was the last page
};

// Any thread.
class Lookup {
 public:
  // `max_page`: most records or objects of a page. Both references must outlive this.
  Lookup(const store::Engine& store, const ControlTable& control, std::uint32_t max_page) noexcept
      : store_(store), control_(control), max_page_(max_page) {}

  // The record with all its values. Needs the scope read. Problems: identifier_malformed,
  // prefix_unknown, identifier_not_found, permission_denied.
  std::variant<v1::Record, Problem> Get(const Principal& principal, std::string_view identifier,
                                        bool include_deleted) const;

  // A page of records in the order of their keys, each as it is when it is read. A page may be
  // short, even empty, though there is a next one. Needs the scope read for the prefix. Problems:
  // prefix_malformed, prefix_unknown, cursor_malformed, permission_denied.
  std::variant<ListPage, Problem> List(const Principal& principal, const ListQuery& query) const;

  // A page of the prefixes in the order of their names, or of the tokens in that of their ids.
  // Needs the scope admin. Problems: cursor_malformed, permission_denied.
  std::variant<ObjectPage<stored::v1::Prefix>, Problem> ListPrefixes(const Principal& principal,
                                                                     const PageQuery& query) const;
  std::variant<ObjectPage<stored::v1::Token>, Problem> ListTokens(const Principal& principal,
                                                                  const PageQuery& query) const;

  // The key of an identifier. Problems: identifier_malformed, prefix_unknown.
  std::variant<std::string, Problem> KeyOf(std::string_view identifier) const;

 private:
  // The records from the key `from` on, before `to`. Errors: the store's, kCorrupt.
  Result<ListPage> ReadPage(std::string from, std::string_view to, std::size_t page_size,
                            const ListQuery& query) const;

  const store::Engine& store_;
  const ControlTable& control_;
  const std::uint32_t max_page_;
};

}  // namespace idnode::registry
