#include "monitor/query_call.h"

#include <optional>
#include <string>
#include <string_view>

#include "handle/fold.h"
#include "monitor/messages.h"
#include "monitor/statistics.h"
#include "registry/grammar.h"

namespace idnode::monitor {
namespace {

using registry::Code;
using registry::Problem;

std::optional<Problem> ReadDay(const std::string& text, std::string_view field,
                               std::optional<Day>& day) {
  if (text.empty()) return std::nullopt;
  const auto parsed = Day::Parse(text);
  if (!parsed.ok()) {
    return Problem{.code = Code::kDayMalformed,
                   .field = std::string(field),
                   .parameters = {{"day", registry::Quoted(text)}}};
  }
  day = parsed.value();
  return std::nullopt;
}

GroupBy GroupOf(v1::GroupBy group) noexcept {
  switch (group) {
    case v1::GROUP_BY_PREFIX:
      return GroupBy::kPrefix;
    case v1::GROUP_BY_DAY:
      return GroupBy::kDay;
    case v1::GROUP_BY_CHANNEL:
      return GroupBy::kChannel;
    default:
      return GroupBy::kNone;
  }
}

std::optional<Problem> ReadQuery(const v1::QueryRequest& request, Query& query) {
  if (!request.prefix().empty()) {
    if (auto problem = registry::CheckPrefix(request.prefix(), "prefix")) return problem;
  }
  query.selection = {handle::Folded(request.prefix()), request.below()};
  query.group_by = GroupOf(request.group_by());
  if (auto problem = ReadDay(request.from_day(), "from_day", query.from)) return problem;
  if (auto problem = ReadDay(request.to_day(), "to_day", query.to)) return problem;
  if (query.from.has_value() && query.to.has_value() && *query.to < *query.from) {
    return Problem{.code = Code::kPeriodReversed,
                   .field = "to_day",
                   .parameters = {{"from", query.from->ToText()}, {"to", query.to->ToText()}}};
  }
  return std::nullopt;
}

v1::QueryResponse ToResponse(const Counted& counted) {
  v1::QueryResponse response;
  for (const Counted::Row& row : counted.rows) {
    v1::QueryResponse::Row& out = *response.add_rows();
    out.set_prefix(row.prefix);
    if (row.day.has_value()) out.set_day(row.day->ToText());
    if (row.channel.has_value()) out.set_channel(ToMessage(*row.channel));
    SetCounts(row.totals, *out.mutable_counts());
    out.set_active_at_end(row.active_at_end);
  }
  SetCounts(counted.total, *response.mutable_total());
  response.set_active_at_end(counted.active_at_end);
  response.set_log_size(counted.log_size);
  return response;
}

}  // namespace

std::variant<v1::QueryResponse, Problem> AnswerQuery(const store::Engine& store,
                                                     const registry::Principal& principal,
                                                     const v1::QueryRequest& request) {
  Query query;
  if (auto problem = ReadQuery(request, query)) return *std::move(problem);
  if (auto problem = RequireAll(principal, query.selection)) return *std::move(problem);
  const auto snapshot = store.TakeSnapshot();
  if (!snapshot.ok()) return registry::FromStore(snapshot.error());
  const auto counted = Count(*snapshot.value(), query);
  if (!counted.ok()) return registry::FromStore(counted.error());
  // A number that is zero because of a typing error would be believed.
  if (counted.value().prefixes == 0) {
    if (auto problem = CheckServed(*snapshot.value(), query.selection)) return *std::move(problem);
  }
  return ToResponse(counted.value());
}

}  // namespace idnode::monitor
