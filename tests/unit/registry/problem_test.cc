#include "registry/problem.h"

#include <gtest/gtest.h>

#include <set>

#include "base/utf8.h"
#include "chinese.h"

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
    EXPECT_EQ(EnglishIn(problem), "") << problem.name();
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

// Whatever the store and the committer may say, also what nobody has thought of.
TEST(Problem, WhatTheStoreSaysIsTranslated) {
  for (int code = 1; code <= static_cast<int>(Errc::kInternal); ++code) {
    for (const char* what : {"the node is stopping",
                             "the disk is full",
                             "the store failed",
                             "a write has failed; reopen",
                             "not open: reopening failed",
                             "reopen database",
                             "the snapshot has ended: reopened",
                             "opened only to be read",
                             "clock behind",
                             "acknowledged entries are missing from the store",
                             "clock ahead",
                             "leaf missing",
                             "another process writes to this store",
                             "the store does not settle a commit",
                             "the store changed under every attempt",
                             "entry larger than a commit",
                             "checksum of a stored value",
                             "stored value without checksum",
                             "leaf of a request",
                             "get",
                             "multi get",
                             "never heard of",
                             ""}) {
      const Error error{static_cast<Errc>(code), 0, what};
      EXPECT_EQ(EnglishIn(std::string(ReasonOf(error).chinese)), "") << what;
      EXPECT_STRNE(ReasonOf(error).english, "");
      EXPECT_EQ(EnglishIn(FromStore(error)), "") << what;
      EXPECT_EQ(EnglishIn(FromCommitter(error)), "") << what;
    }
  }
  EXPECT_EQ(FromStore({Errc::kUnavailable, 0, "the disk is full"}).Cause(Language::kChinese),
            "节点目前无法读取存储：磁盘已满。");
}

TEST(Problem, WhoReadsIsToldNothingOfChanges) {
  for (const Errc code : {Errc::kUnavailable, Errc::kDenied, Errc::kMalformed}) {
    EXPECT_EQ(FromStore({code, 0, "get"}).name(), "read_unavailable");
  }
  EXPECT_EQ(FromStore({Errc::kCorrupt, 0, "get"}).name(), "store_corrupt");
  EXPECT_EQ(FromCommitter({Errc::kUnavailable, 0, "x"}).name(), "unavailable");
  EXPECT_EQ(FromCommitter({Errc::kConflict, 0, "x"}).name(), "unavailable");
  EXPECT_EQ(FromCommitter({Errc::kCorrupt, 0, "x"}).name(), "store_corrupt");
  for (const Code code : {Code::kReadUnavailable, Code::kReadBusy, Code::kWatchersFull}) {
    const Problem problem{.code = code};
    const std::string english = problem.Cause(Language::kEnglish) + problem.Fix(Language::kEnglish);
    EXPECT_EQ(english.find("request id"), std::string::npos) << english;
    EXPECT_EQ(english.find("change"), std::string::npos) << english;
  }
}

TEST(Problem, TheLanguageIsTheCallers) {
  EXPECT_EQ(LanguageOf("zh-CN,zh;q=0.9"), Language::kChinese);
  EXPECT_EQ(LanguageOf("zh"), Language::kChinese);
  EXPECT_EQ(LanguageOf("en-US"), Language::kEnglish);
  EXPECT_EQ(LanguageOf(""), Language::kEnglish);
}

}  // namespace
}  // namespace idnode::registry
