#include "registry/lookup.h"

#include <optional>
#include <utility>

#include "base/hex.h"
#include "handle/fold.h"
#include "ledger/log.h"
#include "ledger/rows.h"
#include "registry/grammar.h"
#include "registry/record.h"

namespace idnode::registry {
namespace {

// Rows looked at for one page, in pages of its size: a page of a prefix full of tombstones ends
// early.
constexpr int kScansPerPage = 8;

constexpr auto kRead = stored::v1::SCOPE_READ;

struct Read {
  v1::Record record;
  bool deleted = false;
};

// The record of a row. Errors: kCorrupt.
Result<Read> ReadRow(std::string_view key, std::string_view value, bool with_values) {
  const Result<ledger::StateRow> row = ledger::DecodeStateRow(value);
  if (!row.ok()) return row.error();
  const Result<ledger::RecordState> state = ledger::DecodeRecordState(row.value().state);
  if (!state.ok()) return state.error();
  Read read{.deleted = state.value().tombstone()};
  const std::string_view spelling = state.value().spelling;
  read.record.set_identifier(std::string(spelling.empty() ? key : spelling));
  read.record.set_seq(row.value().seq);
  read.record.set_deleted(read.deleted);
  if (with_values && !DecodeValues(state.value().values, *read.record.mutable_values())) {
    return Error{Errc::kCorrupt, 0, "values"};
  }
  return read;
}

Status SetTime(const store::Readable& store, v1::Record& record) {
  const Result<ledger::Leaf> leaf = ledger::ReadLeaf(store, record.seq());
  if (!leaf.ok()) return leaf.error();
  record.set_changed_ms(leaf.value().time_ms);
  return {};
}

// A cursor is the key to begin with, in hexadecimal.
std::optional<std::string> CursorKey(const std::string& cursor, std::string_view from,
                                     std::string_view to) {
  const auto octets = FromHex(cursor);
  if (!octets.ok()) return std::nullopt;
  std::string key(AsText(octets.value()));
  if (key < from || key >= to) return std::nullopt;
  return key;
}

Problem NotFound(std::string_view identifier) {
  return {.code = Code::kIdentifierNotFound,
          .field = "identifier",
          .parameters = {{"identifier", Quoted(identifier)}}};
}

}  // namespace

std::variant<std::string, Problem> Lookup::KeyOf(std::string_view identifier) const {
  if (auto problem = CheckIdentifier(identifier, "identifier")) return *std::move(problem);
  const std::string prefix = handle::Folded(handle::PrefixOf(identifier));
  const std::shared_ptr<const Control> control = control_.now();
  const auto found = control->prefixes.find(prefix);
  if (found == control->prefixes.end()) {
    return Problem{
        .code = Code::kPrefixUnknown, .field = "identifier", .parameters = {{"prefix", prefix}}};
  }
  const bool sensitive = found->second.object->case_policy() == stored::v1::CASE_POLICY_SENSITIVE;
  return handle::KeyOf(identifier,
                       sensitive ? handle::CasePolicy::kSensitive : handle::CasePolicy::kFold);
}

std::variant<v1::Record, Problem> Lookup::Get(const Principal& principal,
                                              std::string_view identifier,
                                              bool include_deleted) const {
  const auto key = KeyOf(identifier);
  if (const auto* problem = std::get_if<Problem>(&key)) return *problem;
  const std::string prefix = handle::Folded(handle::PrefixOf(identifier));
  if (auto problem = principal.Require(kRead, prefix)) return *std::move(problem);

  std::string value;
  const Status got = store_.Get(store::Family::kRecords, std::get<std::string>(key), value);
  if (!got.ok()) {
    return got.error().code == Errc::kNotFound ? NotFound(identifier) : FromStore(got.error());
  }
  Result<Read> read = ReadRow(std::get<std::string>(key), value, true);
  if (!read.ok()) return FromStore(read.error());
  Read found = std::move(read).value();
  if (found.deleted && !include_deleted) return NotFound(identifier);
  const Status timed = SetTime(store_, found.record);
  if (!timed.ok()) return FromStore(timed.error());
  return std::move(found.record);
}

std::variant<ListPage, Problem> Lookup::List(const Principal& principal,
                                             const ListQuery& query) const {
  if (auto problem = CheckPrefix(query.prefix, "prefix")) return *std::move(problem);
  const std::string prefix = handle::Folded(query.prefix);
  if (auto problem =
          query.below ? principal.RequireBelow(kRead, prefix) : principal.Require(kRead, prefix)) {
    return *std::move(problem);
  }
  if (!query.below && !control_.now()->prefixes.contains(prefix)) {
    return Problem{
        .code = Code::kPrefixUnknown, .field = "prefix", .parameters = {{"prefix", prefix}}};
  }
  if (query.page_size > max_page_) {
    return Problem{.code = Code::kPageSizeInvalid,
                   .field = "page_size",
                   .parameters = {{"size", std::to_string(query.page_size)},
                                  {"limit", std::to_string(max_page_)}}};
  }
  const std::size_t page_size =
      query.page_size == 0 ? std::min(kDefaultPage, max_page_) : query.page_size;

  // In the order of octets "." comes just before "/", and "0" just after it: the identifiers of
  // derived prefixes stand in front of the prefix's own, and nothing between or behind.
  std::string from = prefix + (query.below ? "." : "/");
  const std::string to = prefix + "0";
  if (!query.cursor.empty()) {
    std::optional<std::string> key = CursorKey(query.cursor, from, to);
    if (!key.has_value()) return Problem{.code = Code::kCursorMalformed, .field = "cursor"};
    from = *std::move(key);
  }

  ListPage page;
  for (int scan = 0; scan < kScansPerPage; ++scan) {
    const auto rows = store_.Scan(store::Family::kRecords, from, page_size);
    if (!rows.ok()) return FromStore(rows.error());
    for (const store::Row& row : rows.value()) {
      if (row.key >= to) return page;
      if (page.records.size() == page_size) {
        page.next_cursor = ToHex(AsBytes(row.key));
        return page;
      }
      Result<Read> read = ReadRow(row.key, row.value, query.include_values);
      if (!read.ok()) return FromStore(read.error());
      Read found = std::move(read).value();
      if (found.deleted && !query.include_deleted) continue;
      const Status timed = SetTime(store_, found.record);
      if (!timed.ok()) return FromStore(timed.error());
      page.records.push_back(std::move(found.record));
    }
    if (rows.value().size() < page_size) return page;
    from = rows.value().back().key + '\0';
  }
  page.next_cursor = ToHex(AsBytes(from));
  return page;
}

}  // namespace idnode::registry
