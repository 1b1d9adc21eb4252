// Prefixes, tokens, the clock, imports and the status, over a real connection.
#include "base/hex.h"
#include "grpc_fixture.h"
#include "ledger/log.h"

namespace idnode::serve {
namespace {

using grpc::StatusCode;
using Admin = v1::Admin::Stub;

class GrpcAdminTest : public GrpcTest {
 protected:
  GrpcAdminTest() {
    Admit("admin", {v1::SCOPE_ADMIN});
    Admit("writer", {v1::SCOPE_REGISTER, v1::SCOPE_READ});
  }

  Reply<v1::AddPrefixResponse> Add(const std::string& prefix, const std::string& secret) {
    v1::AddPrefixRequest request;
    request.mutable_prefix()->set_prefix(prefix);
    request.mutable_prefix()->set_name("Fasteners Ltd");
    return Call(*admin_, &Admin::AddPrefix, request, secret);
  }
};

TEST_F(GrpcAdminTest, AddsAndListsPrefixes) {
  const auto added = Add("88.118.B", "admin");
  ASSERT_EQ(added.code(), "(none)");
  EXPECT_EQ(added.response.receipt().kind(), v1::ENTRY_KIND_PREFIX_PUT);
  v1::AddPrefixRequest sensitive;
  sensitive.mutable_prefix()->set_prefix("88.118.a");
  sensitive.mutable_prefix()->set_case_policy(v1::CASE_POLICY_SENSITIVE);
  EXPECT_EQ(Call(*admin_, &Admin::AddPrefix, sensitive, "admin").code(), "(none)");

  const auto listed = Call(*admin_, &Admin::ListPrefixes, {}, "admin");
  ASSERT_EQ(listed.response.prefixes_size(), 2);
  EXPECT_EQ(listed.response.prefixes(0).prefix(), "88.118.A");
  EXPECT_EQ(listed.response.prefixes(0).case_policy(), v1::CASE_POLICY_SENSITIVE);
  EXPECT_EQ(listed.response.prefixes(1).prefix(), "88.118.B");
  EXPECT_EQ(listed.response.prefixes(1).case_policy(), v1::CASE_POLICY_FOLD);
  EXPECT_EQ(listed.response.prefixes(1).name(), "Fasteners Ltd");
  EXPECT_EQ(listed.response.prefixes(1).seq(), added.response.receipt().seq());

  const auto again = Call(*admin_, &Admin::AddPrefix, sensitive, "admin");
  EXPECT_EQ(again.code(), "(none)");
  EXPECT_TRUE(again.response.receipt().repeated());
  EXPECT_EQ(again.response.receipt().seq(), listed.response.prefixes(0).seq());
  sensitive.mutable_prefix()->set_case_policy(v1::CASE_POLICY_FOLD);
  EXPECT_EQ(Call(*admin_, &Admin::AddPrefix, sensitive, "admin").code(), "prefix_exists");
  EXPECT_EQ(Add("88..1", "admin").code(), "prefix_malformed");
  EXPECT_EQ(Add("88.118.C", "writer").code(), "permission_denied");
}

TEST_F(GrpcAdminTest, ATokenComesAndGoes) {
  v1::AddTokenRequest request;
  v1::Token& token = *request.mutable_token();
  token.set_name("ERP of Fasteners Ltd");
  token.add_scopes(v1::SCOPE_REGISTER);
  token.add_scopes(v1::SCOPE_READ);
  v1::PrefixReach& reach = *token.add_prefixes();
  reach.set_prefix("88.118.1001");
  reach.set_below(true);
  token.set_expires_ms(kNow + 86'400'000);
  request.set_secret_sha256(registry::SecretHash("s3cret"));
  const auto added = Call(*admin_, &Admin::AddToken, request, "admin");
  ASSERT_EQ(added.code(), "(none)");
  EXPECT_EQ(added.response.id(), ToHex(AsBytes(registry::SecretHash("s3cret").substr(0, 8))));

  AddPrefix("88.118.1001");
  EXPECT_EQ(Register("88.118.1001/a", "s3cret").code(), "(none)");

  auto tokens = Call(*admin_, &Admin::ListTokens, {}, "admin").response;
  ASSERT_EQ(tokens.tokens_size(), 3);
  for (const v1::Token& one : tokens.tokens()) {
    if (one.id() != added.response.id()) continue;
    EXPECT_EQ(one.name(), "ERP of Fasteners Ltd");
    ASSERT_EQ(one.scopes_size(), 2);
    EXPECT_EQ(one.scopes(1), v1::SCOPE_READ);
    ASSERT_EQ(one.prefixes_size(), 1);
    EXPECT_EQ(one.prefixes(0).prefix(), "88.118.1001");
    EXPECT_TRUE(one.prefixes(0).below());
    EXPECT_EQ(one.expires_ms(), kNow + 86'400'000);
    EXPECT_FALSE(one.revoked());
    EXPECT_EQ(one.seq(), added.response.receipt().seq());
  }

  v1::RevokeTokenRequest revoke;
  revoke.set_id(added.response.id());
  EXPECT_EQ(Call(*admin_, &Admin::RevokeToken, revoke, "writer").code(), "permission_denied");
  EXPECT_EQ(Call(*admin_, &Admin::RevokeToken, revoke, "admin").code(), "(none)");
  const auto refused = Register("88.118.1001/b", "s3cret");
  EXPECT_EQ(refused.status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(refused.code(), "token_revoked");
}

TEST_F(GrpcAdminTest, RefusesTokensThatAreNone) {
  EXPECT_EQ(Call(*admin_, &Admin::AddToken, {}, "admin").code(), "name_malformed");
  for (const char* id : {"", "00", "0123456789abcdef", "no hexadecimal", "0123456789abcdef00"}) {
    v1::RevokeTokenRequest revoke;
    revoke.set_id(id);
    const auto refused = Call(*admin_, &Admin::RevokeToken, revoke, "admin");
    EXPECT_EQ(refused.code(), "token_not_found") << id;
    EXPECT_EQ(refused.status.error_code(), StatusCode::NOT_FOUND);
  }
}

TEST_F(GrpcAdminTest, EveryCallNeedsTheScopeAdmin) {
  for (const std::string secret : {"writer", "", "guess"}) {
    const std::string code = secret == "writer" ? "permission_denied"
                             : secret.empty()   ? "token_missing"
                                                : "token_unknown";
    EXPECT_EQ(Add("88.1", secret).code(), code);
    EXPECT_EQ(Call(*admin_, &Admin::ListPrefixes, {}, secret).code(), code);
    v1::AddTokenRequest token;
    token.mutable_token()->set_name("x");
    token.mutable_token()->add_scopes(v1::SCOPE_ADMIN);
    token.mutable_token()->set_all_prefixes(true);
    token.set_secret_sha256(std::string(32, 'x'));
    EXPECT_EQ(Call(*admin_, &Admin::AddToken, token, secret).code(), code);
    EXPECT_EQ(Call(*admin_, &Admin::ListTokens, {}, secret).code(), code);
    EXPECT_EQ(Call(*admin_, &Admin::AcceptClock, {}, secret).code(), code);
    EXPECT_EQ(Call(*admin_, &Admin::GetStatus, {}, secret).code(), code);
  }
}

TEST_F(GrpcAdminTest, TheStatusIsForWhoeverLooksAfterTheNode) {
  Admit("monitor", {v1::SCOPE_MONITOR});
  Admit("auditor", {v1::SCOPE_AUDIT});
  Admit("own", {v1::SCOPE_MONITOR, v1::SCOPE_AUDIT}, "88.118");
  const auto code = [&](const std::string& secret) {
    return Call(*admin_, &Admin::GetStatus, {}, secret).code();
  };
  EXPECT_EQ(code("monitor"), "(none)");
  EXPECT_EQ(code("auditor"), "(none)");
  EXPECT_EQ(code("own"), "permission_denied");
}

TEST_F(GrpcAdminTest, TellsWhereTheLogStandsAndWhyItRefuses) {
  const auto head = committer_->state().head;
  const auto status = Call(*admin_, &Admin::GetStatus, {}, "admin").response;
  EXPECT_EQ(status.version(), "0.0.0-test");
  EXPECT_EQ(status.log_size(), 2U);
  EXPECT_EQ(status.log_id(), std::string(AsText(ledger::ReadLogId(*engine_).value())));
  EXPECT_EQ(status.root_hash(), std::string(AsText(head.tree.Root())));
  EXPECT_EQ(status.last_entry_ms(), kNow);
  EXPECT_TRUE(status.accepts_writes());

  clock_.SetWall(kNow - 3'600'000);
  const auto refusing = Call(*admin_, &Admin::GetStatus, {}, "admin").response;
  EXPECT_FALSE(refusing.accepts_writes());
  EXPECT_EQ(refusing.refusal(), "the clock is behind the last entry");
  grpc::ClientContext context;
  Prepare(context, "admin");
  context.AddMetadata("accept-language", "zh-CN");
  v1::GetStatusResponse in_chinese;
  EXPECT_TRUE(admin_->GetStatus(&context, {}, &in_chinese).ok());
  EXPECT_EQ(in_chinese.refusal(), "时钟落后于最后一条日志");
  EXPECT_EQ(Call(*admin_, &Admin::AcceptClock, {}, "admin").response.receipt().kind(),
            v1::ENTRY_KIND_CLOCK_ACCEPTED);
  EXPECT_TRUE(Call(*admin_, &Admin::GetStatus, {}, "admin").response.accepts_writes());
}

TEST_F(GrpcAdminTest, ImportsWhatARegistrationMayNotHold) {
  AddPrefix("0.NA");
  grpc::ClientContext context;
  Prepare(context, "admin");
  const auto stream = admin_->Import(&context);
  v1::ImportRequest row;
  row.set_identifier("0.NA/88.118");
  ASSERT_TRUE(stream->Write(row));
  row.set_identifier("malformed");
  ASSERT_TRUE(stream->Write(row));
  ASSERT_TRUE(stream->WritesDone());
  v1::ImportResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.row(), 0U);
  EXPECT_EQ(response.problem().code(), "");
  EXPECT_EQ(response.receipt().kind(), v1::ENTRY_KIND_CREATED);
  const auto leaf = ledger::ReadLeaf(*engine_, response.receipt().seq());
  EXPECT_EQ(leaf.value().channel, ledger::Channel::kImport);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.row(), 1U);
  EXPECT_EQ(response.problem().code(), "identifier_malformed");
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace idnode::serve
