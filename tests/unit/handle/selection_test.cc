#include "handle/selection.h"

#include <gtest/gtest.h>

#include <string>

#include "base/writer.h"

namespace idnode::handle {
namespace {

constexpr std::uint8_t kPublic = permission::kDefault;
constexpr std::uint8_t kAdmins = permission::kAdminRead | permission::kAdminWrite;
constexpr std::uint8_t kHidden = permission::kAdminWrite;

struct Item {
  std::int32_t index;
  std::string_view type;
  std::uint8_t permissions = kPublic;
};

std::vector<std::uint8_t> Record(std::initializer_list<Item> items) {
  std::vector<std::uint8_t> octets;
  Writer(octets).U32(static_cast<std::uint32_t>(items.size()));
  for (const Item& item : items) {
    ValueFields fields;
    fields.index = item.index;
    fields.type = item.type;
    fields.permissions = item.permissions;
    EncodeValue(fields, {}, octets);
  }
  return octets;
}

struct Answered {
  Verdict verdict;
  std::vector<std::int32_t> indexes;  // of the values, in order
  friend bool operator==(const Answered&, const Answered&) = default;
  friend void PrintTo(const Answered& answered, std::ostream* out) {
    *out << static_cast<int>(answered.verdict) << ":";
    for (const auto index : answered.indexes) *out << " " << index;
  }
};

struct Question {
  std::vector<std::int32_t> indexes;
  std::vector<std::string_view> types;
  bool public_only = true;
};

Answered Ask(const std::vector<std::uint8_t>& record, const Question& question) {
  std::vector<std::uint8_t> body;
  EncodeResolutionRequest("88/A", question.indexes, question.types, body);
  const auto request = DecodeResolutionRequest(body);
  std::vector<std::int32_t> taken;
  const Selection selection =
      Select(DecodeValueList(record).value(), request.value(), question.public_only,
             [&](const Value& value) { taken.push_back(value.index); });
  if (selection.verdict != Verdict::kValues) return {selection.verdict, {}};
  EXPECT_EQ(selection.count, taken.size());
  return {selection.verdict, taken};
}

Answered Values(std::vector<std::int32_t> indexes) {
  return {Verdict::kValues, std::move(indexes)};
}
const Answered nothing = {Verdict::kNothing, {}};
const Answered authentication = {Verdict::kAuthentication, {}};
const Answered nobody = {Verdict::kNobody, {}};

const std::vector<std::uint8_t> plain = Record(
    {{1, "URL"}, {2, "EMAIL"}, {6, "URL"}, {3, "CN.PART"}, {4, "cn.part.x"}, {5, "CN.PARTS"}});

TEST(Select, WithoutAnyConditionTakesAllInTheOrderOfTheRecord) {
  EXPECT_EQ(Ask(plain, {}), Values({1, 2, 6, 3, 4, 5}));
  EXPECT_EQ(Ask(plain, {.public_only = false}), Values({1, 2, 6, 3, 4, 5}));
}

TEST(Select, TakesWhatHasTheIndexOrTheType) {
  EXPECT_EQ(Ask(plain, {.indexes = {6, 2}}), Values({2, 6}));
  EXPECT_EQ(Ask(plain, {.types = {"url"}}), Values({1, 6}));
  EXPECT_EQ(Ask(plain, {.indexes = {2}, .types = {"URL"}}), Values({1, 2, 6}));
  EXPECT_EQ(Ask(plain, {.indexes = {1, 1}, .types = {"URL", "URL"}}), Values({1, 6}));
}

TEST(Select, FollowsTheTrailingDot) {
  EXPECT_EQ(Ask(plain, {.types = {"CN.PART."}}), Values({3, 4}));
  EXPECT_EQ(Ask(plain, {.types = {"CN.PART"}}), Values({3}));
}

TEST(Select, NothingMatchesOrNothingIsThere) {
  EXPECT_EQ(Ask(plain, {.indexes = {7}}), nothing);
  EXPECT_EQ(Ask(plain, {.types = {"URLS"}}), nothing);
  EXPECT_EQ(Ask(Record({}), {}), nothing);
  EXPECT_EQ(Ask(Record({}), {.public_only = false}), nothing);
}

const std::vector<std::uint8_t> mixed =
    Record({{1, "URL"}, {2, "KEY", kAdmins}, {3, "GONE", kHidden}, {4, "URL"}});

TEST(Select, PublicOnlyLeavesOutWhatIsNotForAll) {
  EXPECT_EQ(Ask(mixed, {}), Values({1, 4}));
  EXPECT_EQ(Ask(mixed, {.types = {"KEY"}}), nothing);
}

TEST(Select, OtherwiseTheFirstRestrictedValueDecides) {
  EXPECT_EQ(Ask(mixed, {.public_only = false}), authentication);
  EXPECT_EQ(Ask(mixed, {.types = {"GONE", "KEY"}, .public_only = false}), authentication);
  EXPECT_EQ(Ask(mixed, {.types = {"GONE"}, .public_only = false}), nobody);
  EXPECT_EQ(Ask(mixed, {.types = {"URL"}, .public_only = false}), Values({1, 4}));
}

TEST(AllPublic, LooksAtEveryValue) {
  EXPECT_TRUE(AllPublic(DecodeValueList(plain).value()));
  EXPECT_FALSE(AllPublic(DecodeValueList(mixed).value()));
  const auto last = Record({{1, "URL"}, {2, "KEY", kAdmins}});
  EXPECT_FALSE(AllPublic(DecodeValueList(last).value()));
  const auto none = Record({});
  EXPECT_TRUE(AllPublic(DecodeValueList(none).value()));
}

}  // namespace
}  // namespace idnode::handle
