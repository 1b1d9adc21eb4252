#include "handle/version.h"

#include <gtest/gtest.h>

#include <vector>

#include "handle/codes.h"

namespace idnode::handle {
namespace {

TEST(AnswerVersion, IsTheLowerOfWhatBothKnow) {
  EXPECT_EQ(AnswerVersion({2, 10}, {2, 10}), (Version{2, 10}));
  EXPECT_EQ(AnswerVersion({2, 3}, {2, 10}), (Version{2, 10}))
      << "what it knows, not what it speaks";
  EXPECT_EQ(AnswerVersion({2, 1}, {2, 1}), (Version{2, 1}));
  EXPECT_EQ(AnswerVersion({2, 5}, {2, 9}), (Version{2, 9}));
  EXPECT_EQ(AnswerVersion({2, 10}, {2, 11}), (Version{2, 10}));
}

TEST(AnswerVersion, WithoutASuggestionIsTheVersionSpoken) {
  EXPECT_EQ(AnswerVersion({2, 1}, {0, 0}), (Version{2, 1}));
  EXPECT_EQ(AnswerVersion({2, 1}, {0, 9}), (Version{2, 1}));
}

TEST(AnswerVersion, OfThreeIsTheHighestTwo) {
  EXPECT_EQ(AnswerVersion({3, 0}, {3, 0}), kOurVersion);
  EXPECT_EQ(AnswerVersion({3, 0}, {0, 0}), kOurVersion);
  EXPECT_EQ(AnswerVersion({2, 10}, {3, 0}), kOurVersion);
}

TEST(AnswerVersion, OfFiveIsTheLowestTwo) {
  EXPECT_EQ(AnswerVersion({5, 9}, {0, 0}), (Version{2, 0}));
  EXPECT_EQ(AnswerVersion({5, 9}, {5, 9}), (Version{2, 0}));
}

TEST(ForVersion, OldPeersGetTheOldNumbers) {
  for (const auto minor : std::vector<std::uint8_t>{0, 1, 4}) {
    EXPECT_EQ(ForVersion(ResponseCode::kServerBackup, {2, minor}), ResponseCode{303});
    EXPECT_EQ(ForVersion(ResponseCode::kInvalidValue, {2, minor}), ResponseCode{201});
    EXPECT_EQ(ForVersion(ResponseCode::kHandleNotFound, {2, minor}), ResponseCode{100});
  }
  for (const auto minor : std::vector<std::uint8_t>{5, 10}) {
    EXPECT_EQ(ForVersion(ResponseCode::kServerBackup, {2, minor}), ResponseCode{7});
    EXPECT_EQ(ForVersion(ResponseCode::kInvalidValue, {2, minor}), ResponseCode{202});
  }
}

TEST(OpCode, IsKnownOrNot) {
  for (const int known : {1, 2, 100, 105, 200, 302, 402, 1003}) {
    EXPECT_TRUE(IsKnown(OpCode{known})) << known;
  }
  for (const int unknown : {0, 3, -1, 9999, 303}) EXPECT_FALSE(IsKnown(OpCode{unknown})) << unknown;
}

}  // namespace
}  // namespace idnode::handle
