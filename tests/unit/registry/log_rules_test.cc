#include "registry/log_rules.h"

#include <functional>

#include "ledger/log.h"
#include "ledger/rows.h"
#include "registry_fixture.h"

namespace idnode::registry {
namespace {

using ledger::Entry;
using ledger::Payload;
using ledger::Seq;
using stored::v1::SCOPE_ADMIN;
using stored::v1::SCOPE_REGISTER;
using stored::v1::Token;

// A log that a registry has made, and what the rules say of it, as it is or changed.
class LogRulesTest : public RegistryTest {
 protected:
  LogRulesTest() {
    const Principal admin = Admit("admin", {SCOPE_ADMIN}, "");  // 0
    AddPrefix prefix;
    prefix.prefix.set_prefix("88.118.abc");
    Done(prefix, admin);  // 1
    prefix.prefix.set_prefix("88.118.2");
    prefix.prefix.set_case_policy(stored::v1::CASE_POLICY_SENSITIVE);
    Done(prefix, admin);                                                                // 2
    const Principal writer = Admit("writer", {SCOPE_REGISTER}, "88.118.ABC");           // 3
    Done(RegisterIdentifier{"88.118.abc/Part", Url("https://a.example/")}, writer);     // 4
    Done(UpdateIdentifier{"88.118.ABC/PART", Url("https://b.example/")}, writer);       // 5
    Done(DeleteIdentifier{"88.118.ABC/PART"}, writer);                                  // 6
    Done(RegisterIdentifier{"88.118.abc/pART", Url("https://c.example/")}, writer);     // 7
    Done(RegisterIdentifier{"88.118.2/Part", Url("https://a.example/"), true}, admin);  // 8
    Done(RegisterIdentifier{"88.118.2/0.0", Url("https://a.example/"), true}, admin);   // 9
    Done(RevokeToken{TokenId(SecretHash("writer"))}, admin);                            // 10
    Done(AcceptClock{}, admin);                                                         // 11
    for (Seq seq = 0; seq < committer_->state().head.seq(); ++seq) {
      log_.push_back(ledger::ReadEntry(*engine_, seq).value());
    }
  }

  // "4: its prefix was never added", of every entry that the rules are against.
  static std::string Faults(const std::vector<Entry>& log) {
    LogRules rules;
    std::string faults;
    for (const Entry& entry : log) {
      const Seq prev = entry.leaf.prev;
      const Payload* before = prev < log.size() ? &log.at(prev).payload : nullptr;
      if (const Words* fault = rules.FaultOf(entry.leaf, &entry.payload, before)) {
        faults += std::to_string(entry.leaf.seq) + ": " + fault->english + "\n";
      }
    }
    return faults;
  }

  // The same of a log in which one entry is another.
  std::string FaultsWith(Seq seq, const std::function<void(Entry&)>& change) const {
    std::vector<Entry> log = log_;
    change(log.at(seq));
    return Faults(log);
  }

  std::string FaultsWithToken(Seq seq, const std::function<void(Token&)>& change) const {
    return FaultsWith(seq, [&](Entry& entry) {
      Token token = ParseToken(entry.payload.state).value();
      change(token);
      entry.payload.state = token.SerializeAsString();
    });
  }

  std::string FaultsWithSpelling(Seq seq, std::string_view spelling) const {
    return FaultsWith(seq, [&](Entry& entry) {
      const std::string octets = entry.payload.state;
      ledger::RecordState state = ledger::DecodeRecordState(octets).value();
      state.spelling = spelling;
      entry.payload.state = ledger::EncodeRecordState(state);
    });
  }

  std::vector<Entry> log_;
};

TEST_F(LogRulesTest, HaveNothingAgainstWhatARegistryMakes) {
  ASSERT_EQ(log_.size(), 12U);
  EXPECT_EQ(Faults(log_), "");
}

TEST_F(LogRulesTest, APrefixIsTheOneOfItsKey) {
  const auto named = [&](const std::string& name) {
    return FaultsWith(2, [&](Entry& entry) {
      auto prefix = ParsePrefix(entry.payload.state).value();
      prefix.set_prefix(name);
      entry.payload.state = prefix.SerializeAsString();
      if (name != "88.118.3") entry.payload.identifier = PrefixControlKey(name);
    });
  };
  const std::string lost = "8: its prefix was never added\n9: its prefix was never added\n";
  EXPECT_EQ(named("88.118.3"), "2: the prefix that it adds is not that of its key\n" + lost);
  EXPECT_EQ(named("88..118"), "2: the prefix that it adds is malformed\n" + lost);
  EXPECT_EQ(named("88.a"), "2: the prefix that it adds is malformed\n" + lost);
  EXPECT_EQ(FaultsWith(2, [](Entry& entry) { entry.payload.state = "\xFF"; }),
            "2: its prefix cannot be read\n" + lost);
}

TEST_F(LogRulesTest, ATokenIsTheOneOfItsKeyAndGood) {
  const std::string missing = "the token that did it was never added\n";
  const std::string lost = "4: " + missing + "5: " + missing + "6: " + missing + "7: " + missing;
  EXPECT_EQ(FaultsWithToken(3, [](Token& token) { token.set_secret_sha256(SecretHash("mine")); }),
            "3: the token that it adds is not that of its key\n" + lost +
                "10: it revokes a token, but changes it, too\n");
  EXPECT_EQ(FaultsWithToken(3, [](Token& token) { token.set_revoked(true); }),
            "3: it adds a token that is revoked\n" + lost);
  EXPECT_EQ(FaultsWith(3, [](Entry& entry) { entry.payload.state = "\xFF"; }),
            "3: its token cannot be read\n" + lost);
}

TEST_F(LogRulesTest, ARevocationOnlyRevokes) {
  EXPECT_EQ(FaultsWithToken(10, [](Token& token) { token.set_revoked(false); }),
            "10: it revokes a token, but does not say so\n");
  EXPECT_EQ(FaultsWithToken(10, [](Token& token) { token.add_scopes(SCOPE_ADMIN); }),
            "10: it revokes a token, but changes it, too\n");
  EXPECT_EQ(FaultsWith(10, [](Entry& entry) { entry.payload.state = "\xFF"; }),
            "10: its token cannot be read\n");
}

TEST_F(LogRulesTest, WhoDidItWasAddedAndMayDoIt) {
  const auto by = [&](Seq seq, const ledger::Actor& actor) {
    return FaultsWith(seq, [&](Entry& entry) { entry.payload.actor = actor; });
  };
  const ledger::Actor writer = ledger::kActorToken + TokenId(SecretHash("writer"));
  EXPECT_EQ(by(4, ledger::kActorToken + std::string("nobodys!")),
            "4: the token that did it was never added\n");
  EXPECT_EQ(by(4, {}), "4: it says of nobody who did it\n");
  EXPECT_EQ(by(4, {ledger::kActorNode}), "4: the node itself registers nothing\n");
  EXPECT_EQ(by(8, writer), "8: the token that did it may not do that\n") << "of another prefix";
  EXPECT_EQ(by(11, writer), "11: the token that did it may not do that\n") << "an administrator's";
  EXPECT_EQ(by(2, writer),
            "2: the token that did it was never added\n"
            "8: its prefix was never added\n"
            "9: its prefix was never added\n")
      << "not yet";
  EXPECT_EQ(FaultsWith(7, [](Entry& entry) { entry.payload.identifier = "88.118.abc/0.0"; }),
            "7: the token that did it may not do that\n");
}

TEST_F(LogRulesTest, ARecordIsOfAPrefixThatWasAddedAndFoldsAsThatSays) {
  const auto unlike = [](Entry& entry) {
    entry.payload.case_policy = handle::CasePolicy::kSensitive;
  };
  EXPECT_EQ(FaultsWith(5, unlike), "5: its case policy is not that of its prefix\n");
  const auto other = [](Entry& entry) {
    entry.leaf.prefix = "88.118.9";
    entry.payload.identifier = "88.118.9/Part";
  };
  EXPECT_EQ(FaultsWith(8, other), "8: its prefix was never added\n");
  EXPECT_EQ(FaultsWith(8, [](Entry& entry) { entry.payload.identifier += '\n'; }),
            "8: its identifier is malformed\n");
}

TEST_F(LogRulesTest, TheFirstSpellingIsKept) {
  EXPECT_EQ(FaultsWithSpelling(8, "88.118.2/PART"), "8: its first spelling is not its own\n");
  EXPECT_EQ(FaultsWithSpelling(4, ""),
            "4: its first spelling is not its own\n"
            "5: its first spelling is not that of the entry before\n");
  EXPECT_EQ(FaultsWithSpelling(7, "88.118.abc/pART"),
            "7: its first spelling is not that of the entry before\n");
}

TEST_F(LogRulesTest, NobodyIsBlamedForWhatCannotBeRead) {
  std::vector<Entry> log = log_;
  log.erase(log.begin() + 1, log.begin() + 3);
  LogRules rules;
  for (const Entry& entry : log) {
    EXPECT_EQ(rules.FaultOf(entry.leaf, &entry.payload, nullptr), nullptr) << entry.leaf.seq;
  }
  LogRules others;
  for (const Entry& entry : log_) {
    const bool is_readable = entry.leaf.seq > 3;
    EXPECT_EQ(others.FaultOf(entry.leaf, is_readable ? &entry.payload : nullptr, nullptr), nullptr)
        << entry.leaf.seq;
  }
}

}  // namespace
}  // namespace idnode::registry
