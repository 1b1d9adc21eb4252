#include "registry/registry.h"

#include <chrono>
#include <future>

#include "allocation_count.h"
#include "base/hex.h"
#include "registry_fixture.h"

namespace idnode::registry {
namespace {

using ledger::EntryKind;
using stored::v1::SCOPE_ADMIN;
using stored::v1::SCOPE_READ;
using stored::v1::SCOPE_REGISTER;

const std::string kId = "88.118.1001/SKU-000017";
const std::string kRequest(16, 'r');

TEST_F(RegistryTest, ALifeOfAnIdentifier) {
  AddPrefixNamed("88.118.1001");
  const Receipt created = Done(RegisterIdentifier{kId, Url("https://a.example")});
  EXPECT_EQ(created.kind, EntryKind::kCreated);
  EXPECT_EQ(created.time_ms, kNow);
  EXPECT_EQ(Refused(RegisterIdentifier{kId, Url("https://b.example")}),
            "identifier_exists identifier");

  clock_.Advance(5'000);
  const Receipt updated = Done(UpdateIdentifier{kId, Url("https://b.example")});
  EXPECT_EQ(updated.kind, EntryKind::kUpdated);
  const v1::Record record = Get(kId);
  EXPECT_EQ(record.seq(), updated.seq);
  EXPECT_EQ(record.changed_ms(), kNow + 5'000);
  ASSERT_EQ(record.values_size(), 1);
  EXPECT_EQ(record.values(0).data(), "https://b.example");
  EXPECT_EQ(record.values(0).timestamp_s(), (kNow + 5'000) / 1'000);
  EXPECT_EQ(record.values(0).permissions(), 14U);
  EXPECT_EQ(record.values(0).ttl_s(), 86'400U);

  EXPECT_EQ(Done(DeleteIdentifier{kId, {}}).kind, EntryKind::kDeleted);
  EXPECT_EQ(GetFails(kId), "identifier_not_found");
  EXPECT_TRUE(Get(kId, true).deleted());
  EXPECT_EQ(Refused(DeleteIdentifier{kId, {}}), "identifier_not_found identifier");
  EXPECT_EQ(Refused(UpdateIdentifier{kId, Url("x")}), "identifier_not_found identifier");
  EXPECT_EQ(Done(RegisterIdentifier{kId, Url("https://c.example")}).kind, EntryKind::kRecreated);
}

TEST_F(RegistryTest, WhereverMemoryRunsOutThereIsOneAnswer) {
  AddPrefixNamed("88.118.1001");
  int busy = 0;
  bool has_come = true;
  for (std::size_t nth = 1; has_come; ++nth) {
    Command command{.principal = Principal::Node(),
                    .change = RegisterIdentifier{kId + std::to_string(nth), Url("x")}};
    std::promise<Outcome> answer;  // a second one would end the process
    Registry::Callback done = [&answer](const Outcome& outcome) { answer.set_value(outcome); };
    FailAllocation(nth);
    registry_->Submit(std::move(command), done);
    has_come = FailAllocation(0);
    auto future = answer.get_future();
    ASSERT_EQ(future.wait_for(std::chrono::seconds(10)), std::future_status::ready) << nth;
    const Outcome outcome = future.get();
    const auto* problem = std::get_if<Problem>(&outcome);
    EXPECT_EQ(problem != nullptr, has_come) << nth;
    if (problem == nullptr) continue;
    EXPECT_EQ(problem->code, Code::kBusy);
    ++busy;
  }
  EXPECT_GT(busy, 3) << "there are more allocations than that";
}

TEST_F(RegistryTest, CaseFoldsAsThePrefixSaysAndTheFirstSpellingIsKept) {
  AddPrefixNamed("88.1");
  AddPrefixNamed("88.2", stored::v1::CASE_POLICY_SENSITIVE);
  Done(RegisterIdentifier{"88.1/Bolt", Url("x")});
  EXPECT_EQ(Refused(RegisterIdentifier{"88.1/BOLT", Url("x")}), "identifier_exists identifier");
  EXPECT_EQ(Get("88.1/bOLT").identifier(), "88.1/Bolt");
  Done(DeleteIdentifier{"88.1/bolt", {}});
  Done(RegisterIdentifier{"88.1/BOLT", Url("x")});
  EXPECT_EQ(Get("88.1/bolt").identifier(), "88.1/Bolt") << "kept across a deletion";

  Done(RegisterIdentifier{"88.2/Bolt", Url("x")});
  EXPECT_EQ(Done(RegisterIdentifier{"88.2/BOLT", Url("x")}).kind, EntryKind::kCreated);
  EXPECT_EQ(GetFails("88.2/bolt"), "identifier_not_found");
}

TEST_F(RegistryTest, ARepeatIsHarmlessAlsoAfterARestart) {
  AddPrefixNamed("88.118.1001");
  const RegisterIdentifier request{kId, Url("https://a.example")};
  const Receipt first = Done(request, Principal::Node(), kRequest);
  clock_.Advance(3'600'000);
  Receipt repeat = Done(request, Principal::Node(), kRequest);
  EXPECT_TRUE(repeat.repeated);
  EXPECT_EQ(repeat.seq, first.seq);
  EXPECT_EQ(repeat.time_ms, first.time_ms);
  Start({});
  repeat = Done(request, Principal::Node(), kRequest);
  EXPECT_TRUE(repeat.repeated);
  EXPECT_EQ(repeat.seq, first.seq);
  EXPECT_EQ(Refused(RegisterIdentifier{kId, Url("https://b.example")}, Principal::Node(), kRequest),
            "request_id_reused request_id");
  EXPECT_EQ(Refused(DeleteIdentifier{kId, {}}, Principal::Node(), kRequest),
            "request_id_reused request_id");
  EXPECT_EQ(committer_->state().head.seq(), first.seq + 1);
}

TEST_F(RegistryTest, EveryKindOfChangeCanBeRepeated) {
  AddPrefixNamed("88.118.1001");
  const auto twice = [&](const Change& change, char id) {
    const Receipt first = Done(change, Principal::Node(), std::string(16, id));
    const Receipt second = Done(change, Principal::Node(), std::string(16, id));
    EXPECT_FALSE(first.repeated);
    EXPECT_TRUE(second.repeated);
    EXPECT_EQ(first.seq, second.seq);
    EXPECT_EQ(first.kind, second.kind);
    return first;
  };
  const Receipt created = twice(RegisterIdentifier{kId, Url("a")}, 'a');
  clock_.Advance(2'000);
  twice(UpdateIdentifier{kId, Url("b"), created.seq}, 'b');
  twice(DeleteIdentifier{kId, {}}, 'c');
  twice(RegisterIdentifier{kId, Url("a")}, 'd');
  AddPrefix prefix;
  prefix.prefix.set_prefix("88.9");
  twice(prefix, 'e');
  AddToken token;
  token.token.set_name("n");
  token.token.set_secret_sha256(SecretHash("s"));
  token.token.add_scopes(SCOPE_READ);
  token.token.set_all_prefixes(true);
  twice(token, 'f');
  twice(RevokeToken{TokenId(SecretHash("s"))}, 'g');
  twice(AcceptClock{}, 'h');
}

TEST_F(RegistryTest, AnUpdateMayExpectASeq) {
  AddPrefixNamed("88.118.1001");
  const Receipt created = Done(RegisterIdentifier{kId, Url("a")});
  EXPECT_EQ(Refused(UpdateIdentifier{kId, Url("b"), created.seq + 1}), "seq_mismatch expected_seq");
  EXPECT_EQ(Refused(DeleteIdentifier{kId, created.seq + 1}), "seq_mismatch expected_seq");
  const Receipt updated = Done(UpdateIdentifier{kId, Url("b"), created.seq});
  Done(DeleteIdentifier{kId, updated.seq});
}

TEST_F(RegistryTest, RefusesWhatNoPrincipalMay) {
  AddPrefixNamed("88.118.1001");
  EXPECT_EQ(Refused(RegisterIdentifier{"88.118.1002/x", Url("a")}), "prefix_unknown identifier");
  EXPECT_EQ(Refused(RegisterIdentifier{"nonsense", Url("a")}), "identifier_malformed identifier");
  EXPECT_EQ(Refused(RegisterIdentifier{"88.118.1001/0.0", Url("a")}),
            "identifier_reserved identifier");
  EXPECT_EQ(Refused(RegisterIdentifier{kId, Url("a")}, Principal::Node(), "short"),
            "request_id_malformed request_id");
  EXPECT_EQ(committer_->state().head.seq(), 1U) << "nothing was appended";
}

struct BadValues {
  std::string name;
  std::function<void(Values&)> spoil;
  std::string expected;
  friend void PrintTo(const BadValues& row, std::ostream* out) { *out << row.name; }
};

class RegistryRefuses : public RegistryTest, public testing::WithParamInterface<BadValues> {};

TEST_P(RegistryRefuses, BadValues) {
  AddPrefixNamed("88.118.1001");
  Values values = ValuesOf({ValueOf(1, "URL", "a"), ValueOf(2, "EMAIL", "b")});
  GetParam().spoil(values);
  EXPECT_EQ(Refused(RegisterIdentifier{kId, values}), GetParam().expected);
  EXPECT_EQ(GetFails(kId), "identifier_not_found");
}

INSTANTIATE_TEST_SUITE_P(
    Table, RegistryRefuses,
    testing::Values(
        BadValues{"ReferenceTooLong",
                  [](Values& v) { v[0].add_references()->set_identifier(std::string(2'049, 'x')); },
                  "value_reference_invalid values[0].references"},
        BadValues{"ReferenceIndex",
                  [](Values& v) { v[1].add_references()->set_index(0x8000'0000U); },
                  "value_reference_invalid values[1].references"},
        BadValues{"None", [](Values& v) { v.Clear(); }, "values_missing values"},
        BadValues{"IndexZero", [](Values& v) { v[1].set_index(0); },
                  "value_index_invalid values[1].index"},
        BadValues{"IndexTooLarge", [](Values& v) { v[0].set_index(0x8000'0000U); },
                  "value_index_invalid values[0].index"},
        BadValues{"IndexTwice", [](Values& v) { v[1].set_index(1); },
                  "value_index_duplicate values[1].index"},
        BadValues{"NoType", [](Values& v) { v[0].set_type(""); },
                  "value_type_missing values[0].type"},
        BadValues{"TypeWithControl", [](Values& v) { v[0].set_type("U\nRL"); },
                  "value_type_malformed values[0].type"},
        BadValues{"Secret", [](Values& v) { v[1].set_type("hs_seckey"); },
                  "value_secret_refused values[1].type"},
        BadValues{"SecretSubtype", [](Values& v) { v[1].set_type("HS_SECKEY.X"); },
                  "value_secret_refused values[1].type"},
        BadValues{"Permissions", [](Values& v) { v[0].set_permissions(16); },
                  "value_permissions_invalid values[0].permissions"},
        BadValues{"Ttl", [](Values& v) { v[0].set_ttl_s(0x8000'0000U); },
                  "value_ttl_invalid values[0].ttl_s"},
        BadValues{"Timestamp", [](Values& v) { v[0].set_timestamp_s(1); },
                  "value_timestamp_refused values[0].timestamp_s"},
        BadValues{"TooMany",
                  [](Values& v) {
                    for (std::uint32_t i = 3; i <= 257; ++i) {
                      v.Add()->set_index(i);
                      v[static_cast<int>(i) - 1].set_type("X");
                    }
                  },
                  "values_too_many values"},
        BadValues{"TooLarge", [](Values& v) { v[0].set_data(std::string(60'000, 'x')); },
                  "record_too_large values"},
        BadValues{"References",
                  [](Values& v) {
                    for (int i = 0; i < 65; ++i) v[0].add_references()->set_identifier("88.1/x");
                  },
                  "value_reference_invalid values[0].references"}),
    [](const auto& param) { return param.param.name; });

TEST_F(RegistryTest, ARecordMayHaveExactlyTheLimit) {
  AddPrefixNamed("88.1");
  constexpr std::size_t kTooMuch = 60'000;
  std::size_t other = 0;  // octets of a value beside its data
  std::size_t limit = 0;
  const Outcome outcome = Do(RegisterIdentifier{"88.1/x", Url(std::string(kTooMuch, 'x'))});
  for (const Parameter& parameter : std::get<Problem>(outcome).parameters) {
    if (parameter.name == "size") other = std::stoul(parameter.text) - kTooMuch;
    if (parameter.name == "limit") limit = std::stoul(parameter.text);
  }
  ASSERT_GT(other, 0U);
  const std::string largest(limit - other, 'x');
  EXPECT_EQ(Refused(RegisterIdentifier{"88.1/x", Url(largest + 'x')}), "record_too_large values");
  Done(RegisterIdentifier{"88.1/x", Url(largest)});
}

TEST_F(RegistryTest, AnImportTakesWhatARegistrationMayNot) {
  AddPrefixNamed("0.NA");
  v1::Value old = ValueOf(1, "", "x");
  old.set_timestamp_s(1'700'000'000);
  Done(RegisterIdentifier{"0.NA/88.118", ValuesOf({old}), true});
  EXPECT_EQ(Get("0.na/88.118").values(0).timestamp_s(), 1'700'000'000U);
  Done(RegisterIdentifier{"0.NA/88.119", {}, true});
  EXPECT_EQ(Get("0.NA/88.119").values_size(), 0);
  EXPECT_EQ(
      Refused(RegisterIdentifier{"0.NA/88.120", ValuesOf({ValueOf(1, "HS_SECKEY", "x")}), true}),
      "value_secret_refused values[0].type");
}

// The prefix objects of the node's own tree, and no others.
TEST_F(RegistryTest, ANodeWithAPrefixImportsTheObjectsOfItsPrefixes) {
  Start({.node_prefix = "88.118"});
  AddPrefixNamed("0.na");
  Done(RegisterIdentifier{"0.NA/88.118", {}, true});
  Done(RegisterIdentifier{"0.na/88.118.abc", {}, true});
  for (const char* foreign : {"0.NA/88.119", "0.NA/88", "0.NA/88.1180", "0.NA/", "0.NA/88.118/x"}) {
    EXPECT_EQ(Refused(RegisterIdentifier{foreign, {}, true}), "prefix_not_ours identifier")
        << foreign;
  }
  AddPrefix other;
  other.prefix.set_prefix("0.SITE");
  EXPECT_EQ(Refused(other), "prefix_not_ours prefix.prefix");
}

TEST_F(RegistryTest, WhatWasImportedIsAnAdministratorsToChange) {
  AddPrefixNamed("0.NA");
  AddPrefixNamed("88.118");
  Done(RegisterIdentifier{"0.NA/88.118", Url("a"), true});
  Done(RegisterIdentifier{"88.118/0.0", Url("a"), true});
  Done(RegisterIdentifier{"88.118/x", Url("a"), true});
  const Principal writer = Admit("writer", {SCOPE_REGISTER}, "");
  const Principal admin = Admit("admin", {SCOPE_ADMIN}, "");
  v1::Value old = ValueOf(1, "", "b");
  old.set_timestamp_s(1'700'000'000);
  for (const char* reserved : {"0.NA/88.118", "88.118/0.0"}) {
    EXPECT_EQ(Refused(UpdateIdentifier{reserved, Url("b"), {}}, writer), "permission_denied");
    EXPECT_EQ(Refused(DeleteIdentifier{reserved, {}}, writer), "permission_denied");
    Done(UpdateIdentifier{reserved, ValuesOf({old}), {}}, admin);
    EXPECT_EQ(Get(reserved).values(0).timestamp_s(), 1'700'000'000U);
    Done(DeleteIdentifier{reserved, {}}, admin);
    EXPECT_EQ(Refused(RegisterIdentifier{reserved, Url("b")}, writer),
              "identifier_reserved identifier");
  }
  EXPECT_EQ(Refused(UpdateIdentifier{"88.118/x", ValuesOf({old}), {}}),
            "value_type_missing values[0].type")
      << "the form decides, not the door that it came in by";
  EXPECT_EQ(Refused(UpdateIdentifier{"88.118/x", Url("b"), {}}, admin), "permission_denied");
  Done(UpdateIdentifier{"88.118/x", Url("b"), {}}, writer);
}

TEST_F(RegistryTest, OnlyARecordWithoutPrivateValuesIsMarkedAllPublic) {
  AddPrefixNamed("88.1");
  int records = 0;
  const auto flags = [&](std::initializer_list<std::uint32_t> permissions) {
    Values values;
    for (const std::uint32_t one : permissions) {
      v1::Value& value = *values.Add();
      value = ValueOf(static_cast<std::uint32_t>(values.size()), "URL", "x");
      value.set_permissions(one);
    }
    const std::string name = "88.1/" + std::to_string(++records);
    Done(RegisterIdentifier{name, values});
    std::string value;
    EXPECT_TRUE(engine_->Get(store::Family::kRecords, name, value).ok());
    const auto row = ledger::DecodeStateRow(value);
    return ledger::DecodeRecordState(row.value().state).value().flags & ledger::kAllPublic;
  };
  EXPECT_NE(flags({14}), 0);
  EXPECT_NE(flags({2, 14}), 0);
  EXPECT_EQ(flags({12}), 0);
  EXPECT_EQ(flags({14, 12}), 0);
  EXPECT_EQ(flags({0, 14}), 0);
}

TEST_F(RegistryTest, PrefixesAreAddedOnceAndBelowTheNodes) {
  AddPrefix first;
  first.prefix.set_prefix("88.118.abc");
  first.prefix.set_name("Ningbo Fasteners");
  const Receipt added = Done(first);
  EXPECT_FALSE(added.repeated);
  clock_.Advance(1'000);
  AddPrefix again = first;
  again.prefix.set_prefix("88.118.ABC");
  again.prefix.set_case_policy(stored::v1::CASE_POLICY_FOLD);
  const Receipt repeated = Done(again);
  EXPECT_TRUE(repeated.repeated);
  EXPECT_EQ(repeated.seq, added.seq);
  EXPECT_EQ(repeated.time_ms, added.time_ms);
  EXPECT_EQ(repeated.kind, added.kind);
  EXPECT_EQ(committer_->state().head.seq(), 1U) << "nothing was appended";

  const auto cause = [&](const AddPrefix& change) {
    const Outcome outcome = Do(change);
    const auto* problem = std::get_if<Problem>(&outcome);
    if (problem == nullptr) return std::string("(accepted)");
    EXPECT_EQ(problem->name(), "prefix_exists");
    EXPECT_EQ(problem->field, "prefix");
    EXPECT_EQ(EnglishIn(*problem), "");
    return problem->Cause(Language::kEnglish);
  };
  const std::string because =
      "The prefix 88.118.ABC has been added already, by entry 0, with another ";
  again.prefix.set_name("x");
  EXPECT_EQ(cause(again), because + "name.");
  again.prefix.set_case_policy(stored::v1::CASE_POLICY_SENSITIVE);
  EXPECT_EQ(cause(again), because + "name and case policy.");
  again.prefix.set_name(first.prefix.name());
  EXPECT_EQ(cause(again), because + "case policy.");

  AddPrefix bad;
  bad.prefix.set_prefix("88.118.2");
  bad.prefix.set_case_policy(static_cast<stored::v1::CasePolicy>(3));
  EXPECT_EQ(Refused(bad), "prefix_malformed prefix.case_policy");
  bad.prefix.set_case_policy(stored::v1::CASE_POLICY_FOLD);
  bad.prefix.set_name("\x1b]0;x");
  EXPECT_EQ(Refused(bad), "name_malformed prefix.name");
  Start({.node_prefix = "88.118"});
  AddPrefix foreign;
  foreign.prefix.set_prefix("88.119.1");
  EXPECT_EQ(Refused(foreign), "prefix_not_ours prefix.prefix");
  AddPrefixNamed("88.118.1002");
  AddPrefixNamed("88.118");
}

TEST_F(RegistryTest, ControlIsKnownAtOnceAndAfterARestart) {
  AddPrefixNamed("88.118.1001");
  EXPECT_TRUE(control_->now()->prefixes.contains("88.118.1001"));
  Start({});
  EXPECT_TRUE(control_->now()->prefixes.contains("88.118.1001"));
}

TEST_F(RegistryTest, AClockThatJumpsStopsWritesUntilItIsAccepted) {
  AddPrefixNamed("88.118.1001");
  clock_.SetWall(kNow + 86'400'000);
  EXPECT_EQ(Refused(RegisterIdentifier{kId, Url("a")}), "clock_refused");
  EXPECT_FALSE(committer_->state().accepts_writes);
  EXPECT_EQ(Done(AcceptClock{}).kind, EntryKind::kClockAccepted);
  EXPECT_EQ(Done(RegisterIdentifier{kId, Url("a")}).time_ms, kNow + 86'400'000);
}

// --- reading ---

TEST_F(RegistryTest, ListsAPrefixPageByPage) {
  AddPrefixNamed("88.1");
  AddPrefixNamed("88.1.2");
  AddPrefixNamed("88.10");
  for (int i = 0; i < 25; ++i) {
    Done(RegisterIdentifier{"88.1/item-" + std::string(1, static_cast<char>('a' + i)), Url("x")});
  }
  Done(RegisterIdentifier{"88.1.2/below", Url("x")});
  Done(RegisterIdentifier{"88.10/other", Url("x")});
  Done(DeleteIdentifier{"88.1/item-c", {}});

  const auto all = [&](ListQuery query) {
    std::vector<std::string> found;
    for (;;) {
      auto page = lookup_->List(Principal::Node(), query);
      if (auto* problem = std::get_if<Problem>(&page)) {
        ADD_FAILURE() << problem->name();
        return found;
      }
      const ListPage& rows = std::get<ListPage>(page);
      EXPECT_LE(rows.records.size(), query.page.page_size);
      for (const v1::Record& record : rows.records) found.push_back(record.identifier());
      if (rows.next_cursor.empty()) return found;
      query.page.cursor = rows.next_cursor;
    }
  };
  for (const std::uint32_t page_size : {1U, 2U, 7U, 24U, 25U, 26U, 1'000U}) {
    const auto found = all({.prefix = "88.1", .page = {.page_size = page_size}});
    ASSERT_EQ(found.size(), 24U) << page_size;
    EXPECT_EQ(found.front(), "88.1/item-a");
    EXPECT_EQ(found.back(), "88.1/item-y");
    EXPECT_EQ(
        all({.prefix = "88.1", .page = {.page_size = page_size}, .include_deleted = true}).size(),
        25U);
    const auto below = all({.prefix = "88.1", .below = true, .page = {.page_size = page_size}});
    ASSERT_EQ(below.size(), 25U);
    EXPECT_EQ(below.front(), "88.1.2/below");
  }
}

TEST_F(RegistryTest, APageOfAPrefixFullOfTombstonesEnds) {
  AddPrefixNamed("88.1");
  for (int i = 0; i < 40; ++i) {
    const std::string identifier = "88.1/" + std::to_string(100 + i);
    Done(RegisterIdentifier{identifier, Url("x")});
    if (i < 39) Done(DeleteIdentifier{identifier, {}});
  }
  ListQuery query{.prefix = "88.1", .page = {.page_size = 1}};
  int pages = 0;
  for (;; ++pages) {
    auto listed = lookup_->List(Principal::Node(), query);
    const ListPage& page = std::get<ListPage>(listed);
    if (!page.records.empty()) break;
    ASSERT_NE(page.next_cursor, "");
    query.page.cursor = page.next_cursor;
  }
  EXPECT_GE(pages, 4) << "a page looks at no more than some rows for each that it may have";
}

// A thousand of the largest records are more than a client of gRPC takes in one message.
TEST_F(RegistryTest, APageEndsBeforeItBecomesTooLarge) {
  AddPrefixNamed("88.1");
  const std::string large(50'000, 'x');
  for (int i = 0; i < 40; ++i) {
    Done(RegisterIdentifier{"88.1/" + std::to_string(100 + i), Url(large)});
  }
  ListQuery query{.prefix = "88.1", .page = {.page_size = 1'000}, .include_values = true};
  std::size_t found = 0;
  int pages = 0;
  for (;; ++pages) {
    auto listed = lookup_->List(Principal::Node(), query);
    const ListPage& page = std::get<ListPage>(listed);
    std::size_t octets = 0;
    for (const v1::Record& record : page.records) {
      EXPECT_EQ(record.identifier(), "88.1/" + std::to_string(100 + found++));
      octets += record.ByteSizeLong();
    }
    EXPECT_GT(octets, 0U);
    EXPECT_LE(octets, kPageOctets);
    if (page.next_cursor.empty()) break;
    query.page.cursor = page.next_cursor;
  }
  EXPECT_EQ(found, 40U);
  EXPECT_GE(pages, 1) << "beyond the first";
}

TEST_F(RegistryTest, ListsPrefixesAndTokensInPages) {
  std::vector<std::string> names;
  for (int i = 0; i < 25; ++i) {
    names.push_back("88." + std::to_string(100 + i));
    AddPrefixNamed(names.back());
  }
  for (const std::uint32_t page_size : {1U, 7U, 24U, 25U, 26U}) {
    PageQuery query{.page_size = page_size};
    std::vector<std::string> found;
    do {
      auto listed = lookup_->ListPrefixes(Principal::Node(), query);
      const auto& page = std::get<ObjectPage<stored::v1::Prefix>>(listed);
      EXPECT_LE(page.objects.size(), page_size);
      for (const auto& held : page.objects) found.push_back(held.object->prefix());
      query.cursor = page.next_cursor;
    } while (!query.cursor.empty());
    EXPECT_EQ(found, names) << page_size;
  }

  const Principal reader = Admit("reader", {SCOPE_READ}, "88.100");
  (void)Admit("admin", {SCOPE_ADMIN}, "");
  auto tokens = lookup_->ListTokens(Principal::Node(), {.page_size = 1});
  const auto& first = std::get<ObjectPage<stored::v1::Token>>(tokens);
  ASSERT_EQ(first.objects.size(), 1U);
  tokens = lookup_->ListTokens(Principal::Node(), {.cursor = first.next_cursor});
  EXPECT_EQ(std::get<ObjectPage<stored::v1::Token>>(tokens).objects.size(), 1U);

  const auto code = [](const auto& listed) {
    const auto* problem = std::get_if<Problem>(&listed);
    return problem == nullptr ? "(accepted)" : std::string(problem->name());
  };
  EXPECT_EQ(code(lookup_->ListPrefixes(reader, {})), "permission_denied");
  EXPECT_EQ(code(lookup_->ListTokens(reader, {})), "permission_denied");
  EXPECT_EQ(code(lookup_->ListTokens(Principal::Node(), {.cursor = "zz"})), "cursor_malformed");
}

TEST_F(RegistryTest, RefusesAListThatMakesNoSense) {
  AddPrefixNamed("88.1");
  const auto refused = [&](const ListQuery& query, const Principal& principal) {
    const auto page = lookup_->List(principal, query);
    const auto* problem = std::get_if<Problem>(&page);
    return problem == nullptr ? "(accepted)" : std::string(problem->name());
  };
  const Principal node = Principal::Node();
  EXPECT_EQ(refused({.prefix = "8 8"}, node), "prefix_malformed");
  EXPECT_EQ(refused({.prefix = "88.2"}, node), "prefix_unknown");
  EXPECT_EQ(refused({.prefix = "88.1", .page = {.page_size = 4'000'000'000}}, node), "(accepted)")
      << "a page has no more than the limit";
  EXPECT_EQ(refused({.prefix = "88.1", .page = {.cursor = "zz"}}, node), "cursor_malformed");
  EXPECT_EQ(refused({.prefix = "88.1", .page = {.cursor = "39392f"}}, node), "cursor_malformed")
      << "a cursor of another prefix would show what the token may not see";
  const auto begins = [](std::string_view key) { return PageQuery{.cursor = ToHex(AsBytes(key))}; };
  EXPECT_EQ(refused({.prefix = "88.1", .page = begins("88.0/")}, node), "cursor_malformed");
  EXPECT_EQ(refused({.prefix = "88.1", .page = begins("88.1.1/")}, node), "cursor_malformed");
  EXPECT_EQ(refused({.prefix = "88.1", .below = true, .page = begins("88.1-X/")}, node),
            "cursor_malformed");
  EXPECT_EQ(refused({.prefix = "88.1", .below = true, .page = begins("88.1.1/")}, node),
            "(accepted)");
  const Principal other = Admit("s", {SCOPE_READ}, "88.2");
  EXPECT_EQ(refused({.prefix = "88.1"}, other), "permission_denied");
  const Principal exact = Admit("exact", {SCOPE_READ}, "88.1");
  EXPECT_EQ(refused({.prefix = "88.1"}, exact), "(accepted)");
  EXPECT_EQ(refused({.prefix = "88.1", .below = true}, exact), "permission_denied");
  const Principal below = Admit("below", {SCOPE_READ}, "88.1", true);
  EXPECT_EQ(refused({.prefix = "88.1", .below = true}, below), "(accepted)");
}

}  // namespace
}  // namespace idnode::registry
