#include "node/core.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "temporary_directory.h"

namespace idnode::node {
namespace {

constexpr std::int64_t kNow = 1'795'000'000'000;  // 2026-11-18
constexpr std::int64_t kDayMs = 86'400'000;

class Events final : public Logger {
 public:
  void Write(Level /*level*/, std::string_view event, Fields /*fields*/) override {
    events.emplace_back(event);
  }
  std::vector<std::string> events;
};

class AdministratorTest : public testing::Test {
 protected:
  AdministratorTest() { Start(); }

  void Start() {
    core_.reset();
    core_ = std::make_unique<Core>(directory_.path(), Core::Options{}, clock_, events_);
  }

  std::string Secret() const {
    std::ifstream file(directory_.path() / "admin.token");
    std::string secret;
    std::getline(file, secret);
    return secret;
  }

  std::string Authenticate(const std::string& secret) {
    const auto bearer = core_->registry().Authenticate(secret);
    const auto* problem = std::get_if<registry::Problem>(&bearer);
    return problem == nullptr ? "(let in)" : std::string(problem->name());
  }

  registry::Outcome Do(registry::Change change) {
    std::promise<registry::Outcome> promise;
    core_->registry().Submit({.change = std::move(change)},
                             [&](const registry::Outcome& outcome) { promise.set_value(outcome); });
    return promise.get_future().get();
  }

  // An administrator for `days`.
  void Admit(const std::string& secret, int days) {
    registry::AddToken change;
    change.token.set_name(secret);
    change.token.set_secret_sha256(registry::SecretHash(secret));
    change.token.add_scopes(stored::v1::SCOPE_ADMIN);
    change.token.set_all_prefixes(true);
    change.token.set_expires_ms(kNow + days * kDayMs);
    ASSERT_TRUE(std::holds_alternative<registry::Receipt>(Do(change)));
  }

  void Revoke(const std::string& secret) {
    const std::string id = registry::TokenId(registry::SecretHash(secret));
    ASSERT_TRUE(std::holds_alternative<registry::Receipt>(Do(registry::RevokeToken{id})));
  }

  ledger::Seq entries() { return core_->committer().state().head.seq(); }

  TemporaryDirectory directory_;
  ManualClock clock_{kNow};
  Events events_;
  std::unique_ptr<Core> core_;
};

TEST_F(AdministratorTest, LetsTheFirstAdministratorInOnce) {
  const std::string secret = Secret();
  EXPECT_EQ(Authenticate(secret), "(let in)");
  EXPECT_EQ(entries(), 1U);
  Start();
  EXPECT_EQ(Secret(), secret);
  EXPECT_EQ(entries(), 1U);
}

// There is a way back, for whoever can read the data directory.
TEST_F(AdministratorTest, LetsANewAdministratorInWhenTheLastOneHasExpired) {
  const std::string first = Secret();
  Admit("brief", 30);
  Revoke(first);
  clock_.Advance(29 * kDayMs);
  Start();
  EXPECT_EQ(Secret(), first) << "there still is one";
  EXPECT_EQ(entries(), 3U);

  clock_.Advance(kDayMs);
  Start();
  EXPECT_NE(Secret(), first);
  EXPECT_EQ(Authenticate(Secret()), "(let in)");
  EXPECT_EQ(Authenticate(first), "token_revoked");
  EXPECT_EQ(Authenticate("brief"), "token_expired");
  EXPECT_EQ(entries(), 4U);
  EXPECT_EQ(events_.events.back(), "administrator's token written");
  const std::string second = Secret();
  Start();
  EXPECT_EQ(Secret(), second);
  EXPECT_EQ(entries(), 4U);
}

// The file is written before the entry: a kill in between leaves a secret that nobody knows yet.
TEST_F(AdministratorTest, TakesTheSecretThatAnEarlierStartHasLeft) {
  const std::string first = Secret();
  Admit("brief", 1);
  Revoke(first);
  const std::string left = first.substr(0, first.size() - 8) + "AAAAAAAA";
  std::ofstream(directory_.path() / "admin.token") << left << "\n";
  clock_.Advance(2 * kDayMs);
  Start();
  EXPECT_EQ(Secret(), left);
  EXPECT_EQ(Authenticate(left), "(let in)");
}

// Writes are refused at that moment, for one reason or another: the node serves all the same.
TEST_F(AdministratorTest, StartsWithoutAnAdministratorWhereItTakesNoChanges) {
  const std::string first = Secret();
  Admit("brief", 1);
  Revoke(first);
  clock_.Advance(2 * kDayMs);
  ASSERT_TRUE(std::holds_alternative<registry::Receipt>(Do(registry::AcceptClock{})));
  clock_.SetWall(kNow + kDayMs + 1);  // brief has expired, and the clock is a day behind the log
  Start();
  EXPECT_EQ(entries(), 4U);
  EXPECT_EQ(events_.events.back(), "there is no administrator");
  const std::string waiting = Secret();
  EXPECT_EQ(Authenticate(waiting), "token_unknown");
  clock_.SetWall(kNow + 2 * kDayMs);
  Start();
  EXPECT_EQ(Secret(), waiting);
  EXPECT_EQ(Authenticate(waiting), "(let in)");
}

}  // namespace
}  // namespace idnode::node
