#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace idnode {
namespace {

struct Row {
  const char* a;
  const char* b;
  std::size_t distance;
};

TEST(EditDistance, Table) {
  constexpr Row kRows[] = {
      {"", "", 0},      {"", "abc", 3},      {"abc", "abc", 0},       {"abc", "abd", 1},
      {"abc", "ab", 1}, {"abc", "xabc", 1},  {"abc", "acb", 1},       {"kitten", "sitting", 3},
      {"ca", "abc", 3}, {"abcd", "badc", 2}, {"abcdef", "ghijkl", 6}, {"log.levle", "log.level", 1},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(EditDistance(row.a, row.b), row.distance) << row.a << ' ' << row.b;
    EXPECT_EQ(EditDistance(row.b, row.a), row.distance) << row.b << ' ' << row.a;
  }
}

TEST(Nearest, FindsASlipAndDoesNotGuessWildly) {
  constexpr std::array<std::string_view, 4> kKnown = {"log.level", "log.format", "node.prefix",
                                                      "listen.handle"};
  EXPECT_EQ(Nearest("log.levle", kKnown), "log.level");
  EXPECT_EQ(Nearest("prefix", kKnown), "");
  EXPECT_EQ(Nearest("nodeprefix", kKnown), "node.prefix");
  EXPECT_EQ(Nearest("listen.handel", kKnown), "listen.handle");
  EXPECT_EQ(Nearest("colour", kKnown), "");
  EXPECT_EQ(Nearest("", kKnown), "");
  EXPECT_EQ(Nearest("x", {}), "");
}

}  // namespace
}  // namespace idnode
