// Registering, reading and refusing, over a real connection.
#include "grpc_fixture.h"
#include "store/rocksdb/rocks_engine.h"
#include "temporary_directory.h"

namespace idnode::serve {
namespace {

using grpc::StatusCode;
using Registrar = v1::Registrar::Stub;

const std::string kId = "88.118.1001/SKU-000017";

class GrpcRegistrarTest : public GrpcTest {
 protected:
  GrpcRegistrarTest() {
    AddPrefix("88.118.1001");
    AddPrefix("88.118.2002");
    Admit("writer", {v1::SCOPE_REGISTER, v1::SCOPE_READ}, "88.118.1001");
  }
};

TEST_F(GrpcRegistrarTest, ALifeOfAnIdentifier) {
  const auto created = Register(kId, "writer");
  ASSERT_EQ(created.code(), "(none)");
  EXPECT_EQ(created.response.receipt().kind(), v1::ENTRY_KIND_CREATED);
  EXPECT_EQ(created.response.receipt().time_ms(), kNow);
  EXPECT_FALSE(created.response.receipt().repeated());

  v1::UpdateRequest update;
  update.set_identifier(kId);
  *update.mutable_values() = Row(kId, "new").values();
  update.set_expected_seq(created.response.receipt().seq());
  const auto updated = Call(*registrar_, &Registrar::Update, update, "writer");
  ASSERT_EQ(updated.code(), "(none)");
  EXPECT_EQ(updated.response.receipt().kind(), v1::ENTRY_KIND_UPDATED);
  EXPECT_EQ(Call(*registrar_, &Registrar::Update, update, "writer").code(), "seq_mismatch");

  const auto got = Get(kId, "writer");
  ASSERT_EQ(got.code(), "(none)");
  EXPECT_EQ(got.response.record().identifier(), kId);
  EXPECT_EQ(got.response.record().seq(), updated.response.receipt().seq());
  ASSERT_EQ(got.response.record().values_size(), 1);
  EXPECT_EQ(got.response.record().values(0).data(), "new");

  v1::DeleteRequest remove;
  remove.set_identifier(kId);
  remove.set_expected_seq(0);
  EXPECT_EQ(Call(*registrar_, &Registrar::Delete, remove, "writer").code(), "seq_mismatch");
  remove.clear_expected_seq();
  const auto deleted = Call(*registrar_, &Registrar::Delete, remove, "writer");
  EXPECT_EQ(deleted.response.receipt().kind(), v1::ENTRY_KIND_DELETED);
  EXPECT_EQ(Get(kId, "writer").code(), "identifier_not_found");
  EXPECT_EQ(Register(kId, "writer").response.receipt().kind(), v1::ENTRY_KIND_RECREATED);
}

TEST_F(GrpcRegistrarTest, ListsPageByPage) {
  for (int i = 0; i < 5; ++i) Register("88.118.1001/" + std::to_string(i), "writer");
  v1::ListRequest request;
  request.set_prefix("88.118.1001");
  request.set_page_size(2);
  request.set_include_values(true);
  std::string seen;
  int pages = 0;
  do {
    const auto page = Call(*registrar_, &Registrar::List, request, "writer");
    ASSERT_EQ(page.code(), "(none)");
    for (const v1::Record& record : page.response.records()) {
      seen += record.identifier().back();
      EXPECT_EQ(record.values_size(), 1);
    }
    request.set_cursor(page.response.next_cursor());
    ++pages;
  } while (!request.cursor().empty());
  EXPECT_EQ(seen, "01234");
  EXPECT_EQ(pages, 3);

  request.set_cursor("zz");
  EXPECT_EQ(Call(*registrar_, &Registrar::List, request, "writer").code(), "cursor_malformed");
}

TEST_F(GrpcRegistrarTest, ARepeatGetsTheFirstAnswer) {
  v1::RegisterRequest request = Row(kId);
  request.set_request_id(std::string(16, 'r'));
  const auto first = Call(*registrar_, &Registrar::Register, request, "writer");
  const auto second = Call(*registrar_, &Registrar::Register, request, "writer");
  ASSERT_EQ(second.code(), "(none)");
  EXPECT_TRUE(second.response.receipt().repeated());
  EXPECT_EQ(second.response.receipt().seq(), first.response.receipt().seq());
  request.mutable_values(0)->set_data("other");
  EXPECT_EQ(Call(*registrar_, &Registrar::Register, request, "writer").code(), "request_id_reused");
}

TEST_F(GrpcRegistrarTest, ARefusalSaysWhatWhereAndHowInTheCallersLanguage) {
  v1::RegisterRequest request = Row(kId);
  request.add_values()->set_index(2);
  const auto english = Call(*registrar_, &Registrar::Register, request, "writer");
  EXPECT_EQ(english.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(english.problem.code(), "value_type_missing");
  EXPECT_EQ(english.problem.field(), "values[1].type");
  EXPECT_EQ(english.problem.cause(), "The value has no type.");
  EXPECT_EQ(english.problem.fix(), "Name a type, for example URL.");
  EXPECT_EQ(english.status.error_message(), "The value has no type. Name a type, for example URL.");

  const auto chinese = Call(*registrar_, &Registrar::Register, request, "writer", "zh-CN,zh;q=0.9");
  EXPECT_EQ(chinese.problem.code(), "value_type_missing");
  EXPECT_EQ(chinese.problem.cause(), "该值没有类型。");
  EXPECT_EQ(chinese.status.error_message(), "该值没有类型。 请给出类型，例如 URL。");

  Register(kId, "writer");
  const auto exists = Register(kId, "writer");
  EXPECT_EQ(exists.status.error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(exists.problem.parameters().at("identifier"), "\"" + kId + "\"");
}

struct Refused {
  const char* name;
  const char* secret;
  const char* identifier;
  StatusCode status;
  const char* code;
};

TEST_F(GrpcRegistrarTest, OnlyWhoMayIsLetIn) {
  Admit("reader", {v1::SCOPE_READ}, "88.118.1001");
  Admit("short-lived", {v1::SCOPE_REGISTER}, "", kNow + 1'000);
  Admit("registrar", {v1::SCOPE_REGISTER}, "88.118.1001");
  clock_.Advance(1'000);
  const Refused cases[] = {
      {"no token", "", "88.118.1001/a", StatusCode::UNAUTHENTICATED, "token_missing"},
      {"unknown", "guess", "88.118.1001/a", StatusCode::UNAUTHENTICATED, "token_unknown"},
      {"expired", "short-lived", "88.118.1001/a", StatusCode::UNAUTHENTICATED, "token_expired"},
      {"scope", "reader", "88.118.1001/a", StatusCode::PERMISSION_DENIED, "permission_denied"},
      {"prefix", "writer", "88.118.2002/a", StatusCode::PERMISSION_DENIED, "permission_denied"},
  };
  for (const Refused& one : cases) {
    const auto reply = Register(one.identifier, one.secret);
    EXPECT_EQ(reply.status.error_code(), one.status) << one.name;
    EXPECT_EQ(reply.code(), one.code) << one.name;
  }
  EXPECT_EQ(Get("88.118.1001/a", "registrar").code(), "permission_denied");
  EXPECT_EQ(Get("88.118.1001/a", "").code(), "token_missing");
  EXPECT_EQ(Get("88.118.1001/a", "reader").code(), "identifier_not_found") << "nothing got in";
}

TEST_F(GrpcRegistrarTest, TheSchemeOfAuthorizationIsBearerInAnyCase) {
  const auto with = [&](const std::string& authorization) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", authorization);
    v1::GetRequest request;
    v1::GetResponse response;
    request.set_identifier(kId);
    (void)registrar_->Get(&context, request, &response);
    return ProblemOf(context).code();
  };
  EXPECT_EQ(with("bearer writer"), "identifier_not_found");
  EXPECT_EQ(with("BEARER writer"), "identifier_not_found");
  EXPECT_EQ(with("Basic writer"), "token_missing");
  EXPECT_EQ(with("Bearer"), "token_missing");
  EXPECT_EQ(with("Bearer  writer"), "token_unknown");
  EXPECT_EQ(with("writer"), "token_missing");
}

TEST_F(GrpcRegistrarTest, AFullQueueIsBusyAndAStrangeClockUnavailable) {
  Build(std::move(engine_), {.queue_requests = 2});
  Serve(Local());
  gate_.Close();
  std::thread first([&] { EXPECT_EQ(Register("88.118.1001/first", "writer").code(), "(none)"); });
  gate_.AwaitArrival();
  // One of these waits in the queue until the gate opens; it has no place for the others.
  std::vector<std::thread> callers;
  callers.reserve(8);
  std::mutex mutex;
  std::map<std::string, int> codes;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&, i] {
      const auto reply = Register("88.118.1001/" + std::to_string(i), "writer");
      if (!reply.status.ok()) {
        EXPECT_EQ(reply.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
      }
      const std::scoped_lock lock(mutex);
      ++codes[reply.code()];
      if (codes["busy"] == 7) gate_.Open();
    });
  }
  first.join();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(codes["busy"], 7);
  EXPECT_EQ(codes["(none)"], 1);

  clock_.SetWall(kNow - 3'600'000);
  const auto refused = Register(kId, "writer");
  EXPECT_EQ(refused.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(refused.code(), "clock_refused");
}

TEST_F(GrpcRegistrarTest, AMessageBeyondTheLimitIsRefused) {
  GrpcServer::Options options = Local();
  options.message_octets = 65'536;
  Serve(options);
  const auto reply =
      Call(*registrar_, &Registrar::Register, Row(kId, std::string(70'000, 'x')), "writer");
  EXPECT_EQ(reply.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Register(kId, "writer").code(), "(none)") << "the connection goes on";
}

TEST_F(GrpcRegistrarTest, WhatWasAcknowledgedIsThereAfterARestart) {
  const TemporaryDirectory directory;
  const auto open = [&] { return store::RocksEngine::Open(directory.path(), {}); };
  Build(std::move(open()).value(), {});
  Serve(Local());
  AddPrefix("88.118.1001");
  Admit("writer", {v1::SCOPE_REGISTER, v1::SCOPE_READ}, "88.118.1001");
  const auto created = Register(kId, "writer");
  ASSERT_EQ(created.code(), "(none)");

  server_.reset();
  committer_.reset();
  engine_.reset();
  Build(std::move(open()).value(), {});
  Serve(Local());
  const auto got = Get(kId, "writer");
  ASSERT_EQ(got.code(), "(none)");
  EXPECT_EQ(got.response.record().seq(), created.response.receipt().seq());
}

}  // namespace
}  // namespace idnode::serve
