// Statistics.Query over a real connection. How it counts is monitor's; here: what callers see.
#include "grpc_fixture.h"
#include "idnode/v1/statistics.grpc.pb.h"

namespace idnode::serve {
namespace {

using grpc::StatusCode;

const std::string kOne = "88.118.1001";
const std::string kBelow = "88.118.1001.7";
const std::string kOther = "88.118.2002";

class GrpcStatisticsTest : public GrpcTest {
 protected:
  GrpcStatisticsTest() {
    for (const std::string& prefix : {kOne, kBelow, kOther}) AddPrefix(prefix);
    Admit("writer", {v1::SCOPE_REGISTER});
    Admit("monitor", {v1::SCOPE_MONITOR});
    Admit("own", {v1::SCOPE_MONITOR, v1::SCOPE_READ}, kOne);
    Admit("others", {v1::SCOPE_REGISTER, v1::SCOPE_READ, v1::SCOPE_AUDIT, v1::SCOPE_ADMIN});
    // 2026-11-18 in China.
    Add(kOne + "/a");
    Add(kOne + "/b");
    Add(kOther + "/a");
    Remove(kOne + "/a");
    // 2026-11-19.
    clock_.Advance(6 * std::int64_t{3'600'000});
    Add(kOne + "/a");
    Add(kBelow + "/a");
    Stream(kOne + "/c");
  }

  void Add(const std::string& identifier) {
    ASSERT_EQ(Register(identifier, "writer").code(), "(none)");
  }
  void Remove(const std::string& identifier) {
    v1::DeleteRequest request;
    request.set_identifier(identifier);
    ASSERT_EQ(Call(*registrar_, &v1::Registrar::Stub::Delete, request, "writer").code(), "(none)");
  }
  void Stream(const std::string& identifier) {
    grpc::ClientContext context;
    Prepare(context, "writer");
    const auto stream = registrar_->RegisterStream(&context);
    ASSERT_TRUE(stream->Write(Row(identifier)));
    stream->WritesDone();
    v1::RegisterStreamResponse response;
    ASSERT_TRUE(stream->Read(&response));
    ASSERT_TRUE(response.has_receipt());
    ASSERT_TRUE(stream->Finish().ok());
  }

  static v1::QueryRequest Ask(const std::string& prefix = {}, bool below = false,
                              const std::string& from = {}, const std::string& to = {},
                              v1::GroupBy group_by = v1::GROUP_BY_NONE) {
    v1::QueryRequest request;
    request.set_prefix(prefix);
    request.set_below(below);
    request.set_from_day(from);
    request.set_to_day(to);
    request.set_group_by(group_by);
    return request;
  }

  Reply<v1::QueryResponse> Query(const v1::QueryRequest& request,
                                 const std::string& secret = "monitor") {
    return Call(*statistics_, &v1::Statistics::Stub::Query, request, secret);
  }

  // "created recreated updated deleted active".
  static std::string Show(const v1::Counts& counts) {
    return std::to_string(counts.created()) + " " + std::to_string(counts.recreated()) + " " +
           std::to_string(counts.updated()) + " " + std::to_string(counts.deleted()) + " " +
           std::to_string(counts.active());
  }

  // Its rows: "prefix/day/channel: counts", each on a line; or the code of the problem.
  std::string Rows(const v1::QueryRequest& request) {
    const auto reply = Query(request);
    if (!reply.status.ok()) return reply.code();
    std::string out;
    for (const auto& row : reply.response.rows()) {
      out += row.prefix() + "/" + row.day() + "/" + std::to_string(row.channel()) + ": " +
             Show(row.counts()) + "\n";
    }
    return out;
  }

  std::unique_ptr<v1::Statistics::Stub> statistics_ = v1::Statistics::NewStub(Connect());
};

TEST_F(GrpcStatisticsTest, CountsEverything) {
  const auto reply = Query(Ask());
  ASSERT_EQ(reply.code(), "(none)");
  EXPECT_EQ(Show(reply.response.total()), "5 1 0 1 5");
  EXPECT_EQ(reply.response.active_at_end(), 5);
  EXPECT_EQ(reply.response.log_size(), committer_->state().head.seq());
  ASSERT_EQ(reply.response.rows_size(), 1);
  EXPECT_EQ(Show(reply.response.rows(0).counts()), "5 1 0 1 5");
}

TEST_F(GrpcStatisticsTest, CountsAPrefixWithAndWithoutThoseBelow) {
  EXPECT_EQ(Show(Query(Ask(kOne)).response.total()), "3 1 0 1 3");
  EXPECT_EQ(Show(Query(Ask(kOne, true)).response.total()), "4 1 0 1 4");
  EXPECT_EQ(Show(Query(Ask("88.118", true)).response.total()), "5 1 0 1 5");
  EXPECT_EQ(Show(Query(Ask("88.118.9")).response.total()), "0 0 0 0 0") << "nothing, no problem";
}

TEST_F(GrpcStatisticsTest, CountsAPeriod) {
  const std::string first = "2026-11-18";
  const std::string second = "2026-11-19";
  const auto one = Query(Ask({}, false, first, first)).response;
  EXPECT_EQ(Show(one.total()), "3 0 0 1 2");
  EXPECT_EQ(one.active_at_end(), 2);
  const auto two = Query(Ask({}, false, second, {})).response;
  EXPECT_EQ(Show(two.total()), "2 1 0 0 3") << "the change in the period";
  EXPECT_EQ(two.active_at_end(), 5);
  EXPECT_EQ(Show(Query(Ask({}, false, first, second)).response.total()), "5 1 0 1 5");
  EXPECT_EQ(Show(Query(Ask({}, false, {}, first)).response.total()), "3 0 0 1 2");
  EXPECT_EQ(Show(Query(Ask({}, false, {}, "2026-11-17")).response.total()), "0 0 0 0 0");
}

TEST_F(GrpcStatisticsTest, GroupsByPrefixDayAndChannel) {
  EXPECT_EQ(Rows(Ask({}, false, {}, {}, v1::GROUP_BY_PREFIX)),
            "88.118.1001//0: 3 1 0 1 3\n"
            "88.118.1001.7//0: 1 0 0 0 1\n"
            "88.118.2002//0: 1 0 0 0 1\n");
  EXPECT_EQ(Rows(Ask({}, false, {}, {}, v1::GROUP_BY_DAY)),
            "/2026-11-18/0: 3 0 0 1 2\n"
            "/2026-11-19/0: 2 1 0 0 3\n");
  EXPECT_EQ(Rows(Ask({}, false, {}, {}, v1::GROUP_BY_CHANNEL)),
            "//1: 4 1 0 1 4\n"
            "//2: 1 0 0 0 1\n");
}

TEST_F(GrpcStatisticsTest, SeesAnUpdateAtOnce) {
  v1::UpdateRequest update;
  update.set_identifier(kOther + "/a");
  *update.mutable_values() = Row(kOther + "/a", "y").values();
  ASSERT_EQ(Call(*registrar_, &v1::Registrar::Stub::Update, update, "writer").code(), "(none)");
  EXPECT_EQ(Show(Query(Ask(kOther)).response.total()), "1 0 1 0 1");
}

TEST_F(GrpcStatisticsTest, RefusesWhoMayNot) {
  const auto stranger = Query(Ask(), "");
  EXPECT_EQ(stranger.code(), "token_missing");
  EXPECT_EQ(stranger.status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Query(Ask(), "guess").code(), "token_unknown");
  const auto others = Query(Ask(kOne), "others");
  EXPECT_EQ(others.code(), "permission_denied");
  EXPECT_EQ(others.status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(others.problem.parameters().at("scope"), "monitor");

  EXPECT_EQ(Show(Query(Ask(kOne), "own").response.total()), "3 1 0 1 3");
  EXPECT_EQ(Query(Ask(kOther), "own").code(), "permission_denied");
  EXPECT_EQ(Query(Ask(kOne, true), "own").code(), "permission_denied") << "not those below";
  EXPECT_EQ(Query(Ask(kBelow), "own").code(), "permission_denied");
  const auto all = Query(Ask(), "own");
  EXPECT_EQ(all.code(), "permission_denied");
  EXPECT_EQ(all.problem.parameters().at("prefix"), "all prefixes");
  EXPECT_EQ(all.response.rows_size(), 0);
}

TEST_F(GrpcStatisticsTest, AnExpiredTokenSeesNothing) {
  Admit("short", {v1::SCOPE_MONITOR}, {}, clock_.WallMs() + 1'000);
  EXPECT_EQ(Query(Ask(), "short").code(), "(none)");
  clock_.Advance(1'000);
  EXPECT_EQ(Query(Ask(), "short").code(), "token_expired");
}

TEST_F(GrpcStatisticsTest, RefusesWhatMakesNoSense) {
  const auto prefix = Query(Ask("88..1"));
  EXPECT_EQ(prefix.code(), "prefix_malformed");
  EXPECT_EQ(prefix.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(prefix.problem.field(), "prefix");
  for (const std::string day : {"2026-02-29", "2026-1-1", "20260101", "yesterday", "2026-11-18 "}) {
    const auto from = Query(Ask({}, false, day));
    EXPECT_EQ(from.code(), "day_malformed") << day;
    EXPECT_EQ(from.problem.field(), "from_day");
    const auto to = Query(Ask({}, false, {}, day));
    EXPECT_EQ(to.code(), "day_malformed") << day;
    EXPECT_EQ(to.problem.field(), "to_day");
    EXPECT_NE(to.problem.cause().find(day), std::string::npos);
  }
  const auto reversed = Query(Ask({}, false, "2026-11-19", "2026-11-18"));
  EXPECT_EQ(reversed.code(), "period_reversed");
  EXPECT_EQ(reversed.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(reversed.problem.parameters().at("from"), "2026-11-19");
  EXPECT_EQ(reversed.problem.parameters().at("to"), "2026-11-18");
}

}  // namespace
}  // namespace idnode::serve
