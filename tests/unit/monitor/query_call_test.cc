#include "monitor/query_call.h"

#include <gtest/gtest.h>

#include "monitor/history.h"

namespace idnode::monitor {
namespace {

class QueryCall : public testing::Test {
 protected:
  QueryCall() { history_.Random(300); }

  // The response, or the name of the problem and its field.
  std::pair<std::string, std::string> Ask(const v1::QueryRequest& request,
                                          const registry::Principal& principal) {
    auto answer = AnswerQuery(*history_.ledger.engine, principal, request);
    if (const auto* problem = std::get_if<registry::Problem>(&answer)) {
      EXPECT_FALSE(problem->Cause(Language::kEnglish).empty());
      return {std::string(problem->name()), problem->field};
    }
    response_ = std::get<v1::QueryResponse>(answer);
    return {};
  }

  History history_{11};
  v1::QueryResponse response_;
  const registry::Principal node_ = registry::Principal::Node();
};

using Refusal = std::pair<std::string, std::string>;

TEST_F(QueryCall, AnswersWithRowsTotalAndWhatIsActive) {
  v1::QueryRequest request;
  request.set_prefix("88.118-x");  // folded before it is looked up
  request.set_group_by(v1::GROUP_BY_DAY);
  ASSERT_EQ(Ask(request, node_), Refusal());
  Four total{};
  std::set<std::string> days;
  for (const Event& event : history_.events) {
    if (event.control || event.prefix != "88.118-X") continue;
    ++total.at(event.what);
    days.insert(event.day);
  }
  EXPECT_EQ(response_.total().created(), static_cast<std::uint64_t>(total[0]));
  EXPECT_EQ(response_.total().recreated(), static_cast<std::uint64_t>(total[1]));
  EXPECT_EQ(response_.total().updated(), static_cast<std::uint64_t>(total[2]));
  EXPECT_EQ(response_.total().deleted(), static_cast<std::uint64_t>(total[3]));
  EXPECT_EQ(response_.total().active(), ActiveOf(total));
  EXPECT_EQ(response_.active_at_end(), ActiveOf(total));
  EXPECT_EQ(response_.log_size(), history_.size());
  ASSERT_EQ(static_cast<std::size_t>(response_.rows_size()), days.size());
  EXPECT_EQ(response_.rows(0).day(), *days.begin());
  EXPECT_EQ(response_.rows(0).prefix(), "");
}

TEST_F(QueryCall, TakesPeriodAndGroup) {
  v1::QueryRequest request;
  request.set_from_day("2026-11-18");
  request.set_to_day("2026-11-18");
  request.set_group_by(v1::GROUP_BY_CHANNEL);
  ASSERT_EQ(Ask(request, node_), Refusal());
  std::map<int, std::uint64_t> created;
  for (const Event& event : history_.events) {
    if (event.control || event.day != "2026-11-18") continue;
    created[event.channel] += event.what == 0 ? 1 : 0;
  }
  ASSERT_EQ(static_cast<std::size_t>(response_.rows_size()), created.size());
  for (const auto& row : response_.rows()) {
    EXPECT_EQ(row.counts().created(), created.at(row.channel()));
  }
  request.set_group_by(v1::GROUP_BY_PREFIX);
  ASSERT_EQ(Ask(request, node_), Refusal());
  EXPECT_EQ(response_.rows(0).prefix(), "88");
}

TEST_F(QueryCall, RefusesWhatCannotBeRead) {
  v1::QueryRequest request;
  request.set_prefix("88..1");
  EXPECT_EQ(Ask(request, node_), Refusal("prefix_malformed", "prefix"));
  request.set_prefix("88");
  request.set_from_day("2026-02-30");
  EXPECT_EQ(Ask(request, node_), Refusal("day_malformed", "from_day"));
  request.set_from_day("2026-02-01");
  request.set_to_day("yesterday");
  EXPECT_EQ(Ask(request, node_), Refusal("day_malformed", "to_day"));
  request.set_to_day("2026-01-31");
  EXPECT_EQ(Ask(request, node_), Refusal("period_reversed", "to_day"));
}

TEST_F(QueryCall, CountsNothingOfAPrefixThatIsNotThere) {
  history_.ledger.Do(ledger::PutsControl("p77.1", "a prefix without identifiers"));
  const auto ask = [&](const char* prefix, bool below) {
    v1::QueryRequest request;
    request.set_prefix(prefix);
    request.set_below(below);
    return Ask(request, node_);
  };
  const Refusal unknown("prefix_unknown", "prefix");
  EXPECT_EQ(ask("77", false), unknown);
  EXPECT_EQ(ask("77", true), Refusal());
  EXPECT_EQ(ask("77.1", false), Refusal());
  EXPECT_EQ(response_.total().created(), 0U);
  EXPECT_EQ(ask("77.1", true), Refusal());
  EXPECT_EQ(ask("77.2", true), unknown);
  EXPECT_EQ(ask("7", true), unknown);
}

TEST_F(QueryCall, TellsWhatWasActiveOfEachPrefixAtTheEnd) {
  v1::QueryRequest request;
  request.set_from_day(history_.events.back().day);
  request.set_group_by(v1::GROUP_BY_PREFIX);
  ASSERT_EQ(Ask(request, node_), Refusal());
  std::map<std::string, Four> totals;
  for (const Event& event : history_.events) {
    if (!event.control) ++totals[event.prefix].at(event.what);
  }
  ASSERT_GT(response_.rows_size(), 0);
  for (const auto& row : response_.rows()) {
    EXPECT_EQ(row.active_at_end(), ActiveOf(totals.at(row.prefix()))) << row.prefix();
  }
}

TEST_F(QueryCall, AsksWhetherTheTokenMaySeeAllOfIt) {
  const auto ask = [&](const char* prefix, bool below,
                       const std::vector<std::pair<std::string, bool>>& reaches,
                       stored::v1::Scope scope = stored::v1::SCOPE_MONITOR) {
    v1::QueryRequest request;
    request.set_prefix(prefix);
    request.set_below(below);
    return Ask(request, MonitorOf(reaches, scope)).first;
  };
  const std::string denied = "permission_denied";
  EXPECT_EQ(ask("88.118", false, {{"88.118", false}}), "");
  EXPECT_EQ(ask("88.118", true, {{"88.118", false}}), denied);
  EXPECT_EQ(ask("88.118", true, {{"88.118", true}}), "");
  EXPECT_EQ(ask("88.118.1", true, {{"88.118", true}}), "");
  EXPECT_EQ(ask("88.118", true, {{"88.118.1", true}}), denied);
  EXPECT_EQ(ask("88.118", true, {{"88.11", true}, {"88.118.1", true}}), denied);
  EXPECT_EQ(ask("88.118", false, {{"88.118", true}}, stored::v1::SCOPE_READ), denied);
  EXPECT_EQ(ask("", false, {{"88", true}}), denied);
  EXPECT_EQ(ask("", true, {{"88", true}}), denied);
}

}  // namespace
}  // namespace idnode::monitor
