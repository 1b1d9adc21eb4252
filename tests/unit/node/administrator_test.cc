#include "node/core.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <stdexcept>

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

  void Start(const Core::Options& options = {}) {
    core_.reset();
    core_ = std::make_unique<Core>(directory_.path(), options, clock_, events_);
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

  void WriteToken(const std::string& text) {
    std::ofstream(directory_.path() / "admin.token") << text << "\n";
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

TEST_F(AdministratorTest, DoesNotLookAtTheFileOnceThereAreEntries) {
  WriteToken("not a secret");
  Start();
  EXPECT_EQ(Secret(), "not a secret");
  std::filesystem::remove(directory_.path() / "admin.token");
  Start();
  EXPECT_EQ(Secret(), "") << "whoever has removed it has a reason";
  EXPECT_EQ(entries(), 1U);
}

// The way back, when every secret is lost or has expired.
TEST_F(AdministratorTest, LetsAnotherInWhenAsked) {
  const std::string first = Secret();
  Start({.new_admin_token = true});
  EXPECT_NE(Secret(), first);
  EXPECT_EQ(Authenticate(Secret()), "(let in)");
  EXPECT_EQ(Authenticate(first), "(let in)");
  EXPECT_EQ(entries(), 2U);
  EXPECT_EQ(events_.events.back(), "administrator's token written");
}

// The file is written before the entry: a kill in between leaves a secret that nobody knows yet.
TEST_F(AdministratorTest, TakesTheSecretThatAFirstStartHasLeft) {
  const std::string left = Secret();
  core_.reset();
  for (const char* what : {"db", "mark"}) std::filesystem::remove_all(directory_.path() / what);
  Start();
  EXPECT_EQ(Secret(), left);
  EXPECT_EQ(Authenticate(left), "(let in)");
}

TEST_F(AdministratorTest, DoesNotStartWhereItCannotDoWhatItIsAsked) {
  clock_.Advance(2 * kDayMs);
  ASSERT_TRUE(std::holds_alternative<registry::Receipt>(Do(registry::AcceptClock{})));
  clock_.SetWall(kNow);  // two days behind the log, so changes are refused
  EXPECT_THROW(Start({.new_admin_token = true}), std::runtime_error);
  Start();
  EXPECT_EQ(Authenticate(Secret()), "token_unknown");
}

}  // namespace
}  // namespace idnode::node
