#include "resolve/resolver.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "base/writer.h"
#include "handle/value.h"
#include "ledger/rows.h"
#include "store/memory/memory_engine.h"

namespace idnode::resolve {
namespace {

using handle::CasePolicy;

struct Stored {
  std::int32_t index;
  std::string type;
  std::string data;
  std::uint8_t permissions = handle::permission::kDefault;
};

std::string Wire(const std::vector<Stored>& values) {
  std::string out;
  TextWriter(out).U32(static_cast<std::uint32_t>(values.size()));
  for (const Stored& value : values) {
    handle::ValueFields fields;
    fields.index = value.index;
    fields.type = value.type;
    fields.data = AsBytes(value.data);
    fields.permissions = value.permissions;
    handle::EncodeValue(fields, {}, out);
  }
  return out;
}

class ResolverTest : public testing::Test {
 protected:
  ResolverTest() {
    auto table = std::make_shared<PrefixTable>();
    table->Add("88.1", CasePolicy::kFold);
    table->Add("88.2", CasePolicy::kSensitive);
    table->Add("0.NA", CasePolicy::kFold);
    prefixes_.Publish(std::move(table));
  }

  void Put(const std::string& key, const std::vector<Stored>& values, std::uint8_t flags) {
    PutRow(key, ledger::EncodeStateRow(
                    7, ledger::EncodeRecordState({.flags = flags, .values = Wire(values)})));
  }
  void PutRow(const std::string& key, const std::string& row) {
    const std::string head = engine_.Head().value();
    const std::array<store::Put, 1> puts = {store::Put{store::Family::kRecords, key, row}};
    ASSERT_EQ(engine_.Commit(head, head + "+", puts, {}).value(), store::Outcome::kCommitted);
  }

  Answer Ask(std::string_view identifier, bool public_only = true,
             const std::vector<std::int32_t>& indexes = {},
             const std::vector<std::string_view>& types = {}) {
    body_.clear();
    handle::EncodeResolutionRequest(identifier, indexes, types, body_);
    const std::array<Question, 1> questions = {
        Question{handle::DecodeResolutionRequest(body_).value(), public_only}};
    std::array<Answer, 1> answers;
    resolver_.Resolve(questions, answers);
    return answers[0];
  }

  // The indexes of the values of an answer.
  static std::vector<std::int32_t> Indexes(const Answer& answer) {
    std::vector<std::int32_t> indexes;
    const auto values = handle::DecodeValueList(answer.values);
    if (!values.ok()) return {-1};
    for (const handle::Value& value : values.value()) indexes.push_back(value.index);
    return indexes;
  }

  store::MemoryDisk disk_;
  store::MemoryEngine engine_{disk_};
  Published<PrefixTable> prefixes_{std::make_shared<const PrefixTable>()};
  Resolver resolver_{engine_, prefixes_};
  std::vector<std::uint8_t> body_;
};

using Indices = std::vector<std::int32_t>;

TEST_F(ResolverTest, TheWholeRecordIsAnsweredAsItIsStored) {
  Put("88.1/BOLT", {{1, "URL", "a"}, {2, "EMAIL", "b"}}, ledger::kAllPublic);
  const Answer answer = Ask("88.1/bolt");
  ASSERT_EQ(answer.outcome, Outcome::kValues);
  EXPECT_EQ(AsText(answer.values), Wire({{1, "URL", "a"}, {2, "EMAIL", "b"}}));
}

TEST_F(ResolverTest, KeysFollowThePrefix) {
  Put("88.1/BOLT", {{1, "URL", "a"}}, ledger::kAllPublic);
  Put("88.2/Bolt", {{1, "URL", "a"}}, ledger::kAllPublic);
  Put("0.NA/88.1", {{1, "HS_SITE", "a"}}, ledger::kAllPublic);
  EXPECT_EQ(Ask("88.1/BoLT").outcome, Outcome::kValues);
  EXPECT_EQ(Ask("88.2/Bolt").outcome, Outcome::kValues);
  EXPECT_EQ(Ask("88.2/BOLT").outcome, Outcome::kNotFound);
  EXPECT_EQ(Ask("0.na/88.1").outcome, Outcome::kValues);
  EXPECT_EQ(Ask("88.1").outcome, Outcome::kValues) << "a prefix written short";
}

TEST_F(ResolverTest, WhatIsNotThere) {
  EXPECT_EQ(Ask("88.1/x").outcome, Outcome::kNotFound);
  EXPECT_EQ(Ask("88.3/x").outcome, Outcome::kNotHere);
  EXPECT_EQ(Ask("88.1.1/x").outcome, Outcome::kNotHere) << "a derived prefix is one of its own";
  EXPECT_EQ(Ask("").outcome, Outcome::kNotFound) << "0.NA/ and nothing";
  EXPECT_EQ(Ask(std::string(Resolver::kMaxIdentifier + 1, '8')).outcome, Outcome::kNotFound);
  EXPECT_EQ(Ask("88.1/" + std::string(Resolver::kMaxIdentifier - 5, 'x')).outcome,
            Outcome::kNotFound);
  Put("88.1/GONE", {}, ledger::kTombstone);
  EXPECT_EQ(Ask("88.1/gone").outcome, Outcome::kNotFound);
  Put("88.1/EMPTY", {}, ledger::kAllPublic);
  EXPECT_EQ(Ask("88.1/empty").outcome, Outcome::kNoValues);
}

TEST_F(ResolverTest, SelectsByIndexOrType) {
  Put("88.1/X", {{1, "URL", "a"}, {2, "CN.PART", "b"}, {3, "CN.PART.X", "c"}, {4, "URL", "d"}},
      ledger::kAllPublic);
  EXPECT_EQ(Indexes(Ask("88.1/x", true, {}, {"url"})), (Indices{1, 4}));
  EXPECT_EQ(Indexes(Ask("88.1/x", true, {2}, {"URL"})), (Indices{1, 2, 4}));
  EXPECT_EQ(Indexes(Ask("88.1/x", true, {}, {"CN.PART."})), (Indices{2, 3}));
  EXPECT_EQ(Ask("88.1/x", true, {9}, {}).outcome, Outcome::kNoValues);
}

TEST_F(ResolverTest, WhatIsNotPublicIsLeftOutOrDecides) {
  Put("88.1/X", {{1, "URL", "a"}, {2, "PRICE", "b", 0xC}, {3, "HIDDEN", "c", 0x4}}, 0);
  EXPECT_EQ(Indexes(Ask("88.1/x")), (Indices{1}));
  EXPECT_EQ(Ask("88.1/x", false).outcome, Outcome::kAuthentication);
  EXPECT_EQ(Ask("88.1/x", false, {3}).outcome, Outcome::kNobody);
  EXPECT_EQ(Ask("88.1/x", true, {2}).outcome, Outcome::kNoValues);
  EXPECT_EQ(Indexes(Ask("88.1/x", false, {1})), (Indices{1}));
}

TEST_F(ResolverTest, ADamagedRecordIsNotAnswered) {
  Put("88.1/X", {{1, "URL", "a"}}, ledger::kAllPublic);
  std::string row;
  ASSERT_TRUE(engine_.Get(store::Family::kRecords, "88.1/X", row).ok());
  row[row.size() / 2] ^= 1;
  PutRow("88.1/X", row);
  EXPECT_EQ(Ask("88.1/x").outcome, Outcome::kCorrupt);
}

TEST_F(ResolverTest, ABatchIsAnsweredQuestionByQuestion) {
  std::vector<std::vector<std::uint8_t>> bodies(Resolver::kBatch);
  std::vector<Question> questions;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const std::string name = "88.1/" + std::to_string(i);
    if (i % 3 == 0) Put(name, {{static_cast<std::int32_t>(i + 1), "T", "d"}}, ledger::kAllPublic);
    handle::EncodeResolutionRequest(i % 3 == 2 ? "88.9/x" : name, {}, {}, bodies[i]);
    questions.push_back({handle::DecodeResolutionRequest(bodies[i]).value(), true});
  }
  std::vector<Answer> answers(questions.size());
  resolver_.Resolve(questions, answers);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (i % 3 == 0) {
      ASSERT_EQ(answers[i].outcome, Outcome::kValues) << i;
      EXPECT_EQ(Indexes(answers[i]), (Indices{static_cast<std::int32_t>(i + 1)}));
    } else {
      EXPECT_EQ(answers[i].outcome, i % 3 == 1 ? Outcome::kNotFound : Outcome::kNotHere) << i;
    }
  }
}

TEST_F(ResolverTest, ANewPrefixIsSeenByAThreadThatReadsAllTheTime) {
  std::atomic<bool> seen{false};
  std::jthread reader([&](const std::stop_token& stop) {
    Resolver resolver(engine_, prefixes_);
    std::vector<std::uint8_t> body;
    handle::EncodeResolutionRequest("88.7/x", {}, {}, body);
    const std::array<Question, 1> questions = {
        Question{handle::DecodeResolutionRequest(body).value(), true}};
    std::array<Answer, 1> answers;
    while (!stop.stop_requested() && !seen) {
      resolver.Resolve(questions, answers);
      seen = answers[0].outcome == Outcome::kNotFound;
    }
  });
  auto table = std::make_shared<PrefixTable>();
  table->Add("88.7", CasePolicy::kFold);
  prefixes_.Publish(std::move(table));
  for (int i = 0; i < 10'000 && !seen; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace idnode::resolve
