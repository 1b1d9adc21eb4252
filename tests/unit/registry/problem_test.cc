#include "registry/problem.h"

#include <gtest/gtest.h>

#include <set>

#include "base/utf8.h"

namespace idnode::registry {
namespace {

TEST(Problem, EveryCodeHasAStableNameAndTextsInBothLanguages) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kCodes; ++i) {
    const Problem problem{.code = static_cast<Code>(i)};
    EXPECT_TRUE(names.insert(problem.name()).second) << problem.name();
    EXPECT_EQ(problem.name().find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos)
        << problem.name();
    for (const Language language : {Language::kEnglish, Language::kChinese}) {
      const std::string cause = problem.Cause(language);
      const std::string fix = problem.Fix(language);
      EXPECT_FALSE(cause.empty()) << problem.name();
      EXPECT_FALSE(fix.empty()) << problem.name();
      EXPECT_TRUE(CountCodePoints(cause + fix).ok()) << problem.name();
      EXPECT_EQ((cause + fix).find('{'), std::string::npos) << problem.name();
    }
    EXPECT_NE(problem.Cause(Language::kChinese), problem.Cause(Language::kEnglish));
  }
}

TEST(Problem, ParametersStandInTheTexts) {
  const Problem problem{.code = Code::kSeqMismatch,
                        .parameters = {{"seq", "7"}, {"expected", "5"}}};
  EXPECT_EQ(problem.Cause(Language::kEnglish),
            "The record was changed by entry 7; the request expects 5.");
  EXPECT_EQ(problem.Cause(Language::kChinese), "记录已被条目 7 修改，而请求期望 5。");
}

TEST(Problem, AReasonIsTranslatedToo) {
  const Problem problem{.code = Code::kPrefixMalformed,
                        .parameters = {{"prefix", "x"}, ReasonParameter({"it is bad", "不好"})}};
  EXPECT_EQ(problem.Cause(Language::kEnglish), "The prefix x is malformed: it is bad.");
  EXPECT_EQ(problem.Cause(Language::kChinese), "前缀 x 格式错误：不好。");
}

TEST(Problem, TheLanguageIsTheCallers) {
  EXPECT_EQ(LanguageOf("zh-CN,zh;q=0.9"), Language::kChinese);
  EXPECT_EQ(LanguageOf("zh"), Language::kChinese);
  EXPECT_EQ(LanguageOf("en-US"), Language::kEnglish);
  EXPECT_EQ(LanguageOf(""), Language::kEnglish);
}

}  // namespace
}  // namespace idnode::registry
