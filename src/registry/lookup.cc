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

// Rows looked at for each that a page may have: a page of a prefix full of tombstones ends early.
constexpr std::size_t kLooks = 8;
constexpr std::size_t kScanRows = 64;  // at once: a row may have 250,000 octets

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

// Reads the record of a row; false: the query leaves it out. Errors: the store's, kCorrupt.
Result<bool> ReadListed(const store::Readable& store, const store::Row& row, const ListQuery& query,
                        v1::Record& record) {
  Result<Read> read = ReadRow(row.key, row.value, query.include_values);
  if (!read.ok()) return read.error();
  Read found = std::move(read).value();
  if (found.deleted && !query.include_deleted) return false;
  const Status timed = SetTime(store, found.record);
  if (!timed.ok()) return timed.error();
  record = std::move(found.record);
  return true;
}

// How many a page may have.
std::size_t SizeOf(const PageQuery& query, std::uint32_t max_page) noexcept {
  return std::min(query.page_size == 0 ? kDefaultPage : query.page_size, max_page);
}

// A cursor is the key to begin with, in hexadecimal.
std::variant<std::string, Problem> CursorKey(const std::string& cursor, std::string_view from) {
  if (cursor.empty()) return std::string(from);
  const auto octets = FromHex(cursor);
  if (octets.ok() && AsText(octets.value()) >= from) return std::string(AsText(octets.value()));
  return Problem{.code = Code::kCursorMalformed, .field = "cursor"};
}

// Counts what a page has, and says whether one more still belongs to it.
class PageRoom {
 public:
  explicit PageRoom(std::size_t most) noexcept : most_(most) {}

  bool Take(const google::protobuf::MessageLite& message) {
    const std::size_t octets = octets_ + message.ByteSizeLong();
    if (count_ == most_ || (count_ > 0 && octets > kPageOctets)) return false;
    ++count_;
    octets_ = octets;
    return true;
  }

 private:
  const std::size_t most_;
  std::size_t count_ = 0;
  std::size_t octets_ = 0;
};

template <typename Object>
std::variant<ObjectPage<Object>, Problem> PageOf(
    const std::map<std::string, Control::Held<Object>, std::less<>>& all,
    const Principal& principal, const PageQuery& query, std::uint32_t max_page) {
  if (auto problem = principal.Require(stored::v1::SCOPE_ADMIN, {})) return *std::move(problem);
  auto from = CursorKey(query.cursor, {});
  if (auto* problem = std::get_if<Problem>(&from)) return std::move(*problem);

  ObjectPage<Object> page;
  PageRoom room(SizeOf(query, max_page));
  for (auto at = all.lower_bound(std::get<std::string>(from)); at != all.end(); ++at) {
    if (!room.Take(*at->second.object)) {
      page.next_cursor = ToHex(AsBytes(at->first));
      break;
    }
    page.objects.push_back(at->second);
  }
  return page;
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
  const std::size_t page_size = SizeOf(query.page, max_page_);

  // In the order of octets "." comes just before "/", and "0" just after it: the identifiers of
  // derived prefixes stand in front of the prefix's own, and nothing between or behind.
  auto begin = CursorKey(query.page.cursor, prefix + (query.below ? "." : "/"));
  if (auto* problem = std::get_if<Problem>(&begin)) return std::move(*problem);
  std::string from = std::get<std::string>(std::move(begin));
  const std::string to = prefix + "0";
  if (from >= to) return Problem{.code = Code::kCursorMalformed, .field = "cursor"};

  auto page = ReadPage(from, to, page_size, query);
  if (!page.ok()) return FromStore(page.error());
  return std::move(page).value();
}

Result<ListPage> Lookup::ReadPage(std::string from, std::string_view to, std::size_t page_size,
                                  const ListQuery& query) const {
  ListPage page;
  PageRoom room(page_size);
  for (std::size_t left = kLooks * page_size; left > 0;) {
    const std::size_t most = std::min(left, kScanRows);
    const auto rows = store_.Scan(store::Family::kRecords, from, most);
    if (!rows.ok()) return rows.error();
    for (const store::Row& row : rows.value()) {
      if (row.key >= to) return page;
      v1::Record record;
      const Result<bool> listed = ReadListed(store_, row, query, record);
      if (!listed.ok()) return listed.error();
      if (!listed.value()) continue;
      if (!room.Take(record)) {
        page.next_cursor = ToHex(AsBytes(row.key));
        return page;
      }
      page.records.push_back(std::move(record));
    }
    if (rows.value().size() < most) return page;
    left -= most;
    from = rows.value().back().key + '\0';
  }
  page.next_cursor = ToHex(AsBytes(from));
  return page;
}

std::variant<ObjectPage<stored::v1::Prefix>, Problem> Lookup::ListPrefixes(
    const Principal& principal, const PageQuery& query) const {
  return PageOf(control_.now()->prefixes, principal, query, max_page_);
}

std::variant<ObjectPage<stored::v1::Token>, Problem> Lookup::ListTokens(
    const Principal& principal, const PageQuery& query) const {
  return PageOf(control_.now()->tokens, principal, query, max_page_);
}

}  // namespace idnode::registry
