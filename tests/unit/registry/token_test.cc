// Tokens: what they must be, what they reach, how they end, and that one administrator is left.
#include <array>

#include "registry_fixture.h"

namespace idnode::registry {
namespace {

using stored::v1::SCOPE_ADMIN;
using stored::v1::SCOPE_READ;
using stored::v1::SCOPE_REGISTER;

const std::string kId = "88.118.1001/SKU-000017";

class TokenTest : public RegistryTest {};

TEST_F(TokenTest, TheLastAdministratorIsNotRevoked) {
  const auto id = [](const std::string& secret) { return TokenId(SecretHash(secret)); };
  const std::string refused = "last_administrator id";
  const Principal first = Admit("first", {SCOPE_ADMIN, SCOPE_READ}, "");
  (void)Admit("of a prefix", {SCOPE_ADMIN}, "88.118", true);
  (void)Admit("no administrator", {SCOPE_REGISTER, SCOPE_READ}, "");
  EXPECT_EQ(Refused(RevokeToken{id("first")}, first), refused);
  EXPECT_EQ(Refused(RevokeToken{id("first")}), refused) << "not even by the node";

  (void)Admit("brief", {SCOPE_ADMIN}, "", false, kNow + 1'000);
  clock_.Advance(1'000);
  EXPECT_EQ(Refused(RevokeToken{id("first")}, first), refused) << "the other one has expired";
  Done(RevokeToken{id("brief")}, first);

  const Principal second = Admit("second", {SCOPE_ADMIN}, "");
  Done(RevokeToken{id("first")}, first);
  EXPECT_EQ(Refused(RevokeToken{id("second")}, second), refused) << "the other one was revoked";
  Start({});
  EXPECT_EQ(Refused(RevokeToken{id("second")}, second), refused);
  Done(RevokeToken{id("of a prefix")}, second);
}

// Both at once, often in one group: the table still tells of two when the second one is decided.
TEST_F(TokenTest, OfTwoAdministratorsOnlyOneIsRevoked) {
  std::string left;
  for (int round = 0; round < 20; ++round) {
    const std::string one = TokenId(SecretHash("one" + std::to_string(round)));
    const std::string two = TokenId(SecretHash("two" + std::to_string(round)));
    (void)Admit("one" + std::to_string(round), {SCOPE_ADMIN}, "");
    (void)Admit("two" + std::to_string(round), {SCOPE_ADMIN}, "");
    if (!left.empty()) Done(RevokeToken{left});
    std::array<std::promise<std::string>, 2> answers;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      registry_->Submit(
          {.change = RevokeToken{i == 0 ? one : two}}, [&answers, i](const Outcome& outcome) {
            const auto* problem = std::get_if<Problem>(&outcome);
            answers.at(i).set_value(problem == nullptr ? "(done)" : std::string(problem->name()));
          });
    }
    EXPECT_EQ(answers[0].get_future().get(), "(done)");
    EXPECT_EQ(answers[1].get_future().get(), "last_administrator");
    left = two;
  }
}

TEST_F(TokenTest, ASecretMustFitInWholeAndNotOnlyItsId) {
  AddToken change;
  change.token.set_name("forged");
  std::string hash = SecretHash("s3cret");
  hash[31] = static_cast<char>(hash[31] ^ 1);
  change.token.set_secret_sha256(hash);
  change.token.add_scopes(SCOPE_READ);
  change.token.set_all_prefixes(true);
  Done(change);
  ASSERT_TRUE(control_->now()->tokens.contains(TokenId(SecretHash("s3cret"))));
  EXPECT_EQ(AuthenticateFails("s3cret"), "token_unknown");
}

TEST_F(TokenTest, TheReachOfATokenIsFoldedSortedAndSaidOnce) {
  AddPrefixNamed("88.118.abc");
  AddToken change;
  change.token.set_name("n");
  change.token.set_secret_sha256(SecretHash("s"));
  for (const Scope scope : {SCOPE_READ, SCOPE_REGISTER, SCOPE_READ}) change.token.add_scopes(scope);
  for (const char* prefix : {"88.118.abc", "88.117", "88.118.ABC"}) {
    change.token.add_prefixes()->set_prefix(prefix);
  }
  Done(change);
  const stored::v1::Token token = std::get<Principal>(registry_->Authenticate("s")).token();
  EXPECT_EQ(token.scopes_size(), 2);
  ASSERT_EQ(token.prefixes_size(), 2);
  EXPECT_EQ(token.prefixes(0).prefix(), "88.117");
  EXPECT_EQ(token.prefixes(1).prefix(), "88.118.ABC");
  Done(RegisterIdentifier{"88.118.abc/x", Url("a")},
       std::get<Principal>(registry_->Authenticate("s")));
}

TEST_F(TokenTest, ATokenReachesWhatItSays) {
  AddPrefixNamed("88.118");
  AddPrefixNamed("88.118.1001");
  AddPrefixNamed("88.118.1002");
  const Principal exact = Admit("one", {SCOPE_REGISTER}, "88.118.1001");
  Done(RegisterIdentifier{kId, Url("a")}, exact);
  EXPECT_EQ(Refused(RegisterIdentifier{"88.118.1002/x", Url("a")}, exact), "permission_denied");
  EXPECT_EQ(Refused(AcceptClock{}, exact), "permission_denied");
  EXPECT_EQ(Refused(RegisterIdentifier{"88.118.1001/imported", {}, true}, exact),
            "permission_denied")
      << "an import is an administrator's";

  const Principal below = Admit("two", {SCOPE_REGISTER}, "88.118", true);
  Done(RegisterIdentifier{"88.118.1002/x", Url("a")}, below);
  Done(RegisterIdentifier{"88.118/x", Url("a")}, below);

  const Principal reader = Admit("three", {SCOPE_READ}, "");
  EXPECT_EQ(Refused(DeleteIdentifier{kId, {}}, reader), "permission_denied");
  EXPECT_FALSE(reader.Require(SCOPE_READ, "").has_value());
  EXPECT_TRUE(exact.Require(SCOPE_READ, "88.118.1001").has_value());
  EXPECT_TRUE(exact.Require(SCOPE_REGISTER, "").has_value()) << "some are not all";
}

TEST_F(TokenTest, ATokenEnds) {
  AddPrefixNamed("88.118.1001");
  const Principal bearer = Admit("brief", {SCOPE_REGISTER}, "88.118.1001", false, kNow + 1'000);
  EXPECT_EQ(AuthenticateFails("brief"), "(let in)");
  clock_.Advance(1'000);
  EXPECT_EQ(AuthenticateFails("brief"), "token_expired");
  EXPECT_EQ(Refused(RegisterIdentifier{kId, Url("a")}, bearer), "token_expired")
      << "also for a call that came in before";

  const Principal other = Admit("other", {SCOPE_REGISTER}, "88.118.1001");
  Done(RevokeToken{TokenId(SecretHash("other"))});
  EXPECT_EQ(AuthenticateFails("other"), "token_revoked");
  EXPECT_EQ(Refused(RegisterIdentifier{kId, Url("a")}, other), "token_revoked");
  EXPECT_EQ(Refused(RevokeToken{"unknown!"}), "token_not_found id");
  EXPECT_EQ(AuthenticateFails("nobody's"), "token_unknown");
  EXPECT_EQ(AuthenticateFails(""), "token_missing");
  Start({});
  EXPECT_EQ(AuthenticateFails("other"), "token_revoked");
}

TEST_F(TokenTest, ATokenMustBeComplete) {
  AddToken change;
  change.token.set_name("n");
  change.token.set_secret_sha256(SecretHash("s"));
  change.token.add_scopes(SCOPE_READ);
  change.token.set_all_prefixes(true);
  const auto refused = [&](const std::function<void(stored::v1::Token&)>& spoil) {
    AddToken bad = change;
    spoil(bad.token);
    return Refused(bad);
  };
  EXPECT_EQ(refused([](auto& t) { t.set_name(""); }), "name_malformed token.name");
  EXPECT_EQ(refused([](auto& t) { t.set_secret_sha256("short"); }), "token_malformed token");
  EXPECT_EQ(refused([](auto& t) { t.clear_scopes(); }), "token_malformed token");
  EXPECT_EQ(refused([](auto& t) { t.set_all_prefixes(false); }), "token_malformed token");
  EXPECT_EQ(refused([](auto& t) { t.add_prefixes()->set_prefix("88"); }), "token_malformed token");
  EXPECT_EQ(refused([](auto& t) {
              t.set_all_prefixes(false);
              t.add_prefixes()->set_prefix("8 8");
            }),
            "prefix_malformed token.prefixes");
  const auto with_reaches = [&](int count) {
    AddToken many = change;
    many.token.set_secret_sha256(SecretHash("many"));
    many.token.set_all_prefixes(false);
    for (int i = 0; i < count; ++i) {
      many.token.add_prefixes()->set_prefix("88." + std::to_string(i));
    }
    return Do(many);
  };
  EXPECT_TRUE(std::holds_alternative<Problem>(with_reaches(1'001)));
  EXPECT_TRUE(std::holds_alternative<Receipt>(with_reaches(1'000)));
  EXPECT_EQ(refused([](auto& t) { t.set_name("n\x1b[2J"); }), "name_malformed token.name");
  EXPECT_EQ(refused([](auto& t) { t.set_name(" n"); }), "name_malformed token.name");
  EXPECT_EQ(refused([](auto& t) { t.set_name(std::string(201, 'n')); }),
            "name_malformed token.name");
  EXPECT_EQ(refused([](auto& t) { t.set_expires_ms(-1); }), "token_malformed token");
  EXPECT_EQ(refused([](auto& t) { t.set_expires_ms(kNow); }), "token_malformed token.expires_ms");
  EXPECT_EQ(refused([](auto& t) { t.add_scopes(static_cast<Scope>(6)); }), "token_malformed token");
  Done(change);
  EXPECT_EQ(Refused(change), "token_exists secret_sha256");
}

}  // namespace
}  // namespace idnode::registry
