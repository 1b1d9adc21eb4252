#include "usage_words.h"

#include <re2/re2.h>

#include <CLI/CLI.hpp>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/nearest.h"

namespace idnode::tools {
namespace {

struct Row {
  const char* said;  // a pattern of the whole text
  Words words;       // with \1 for its first group; nullptr: as it was said
};

// The first that fits is taken.
constexpr std::array kRows = {
    Row{"The following arguments? (?:was|were) not expected: (.+)", {nullptr, "多余的参数：\\1"}},
    Row{"A subcommand is required", {"A verb is missing", "缺少子命令"}},
    Row{"(.+) or (.+) is required", {nullptr, "\\1 与 \\2 必须给出其一"}},
    Row{"(.+) is required", {nullptr, "缺少 \\1"}},
    Row{"(.+) requires (.+)", {nullptr, "\\1 须与 \\2 同时使用"}},
    Row{"(.+) excludes (.+)", {"\\1 and \\2 exclude each other", "\\1 与 \\2 不能同时使用"}},
    Row{"Could not convert: (.+) = (.+)",
        {"\\1: \\2 is not of the right kind", "\\1：\\2 的类型不对"}},
    Row{"(.+): Value (.+) not in range (.+) to (.+)",
        {"\\1: \\2 is not a number from \\3 to \\4", "\\1：\\2 不是 \\3 至 \\4 之间的数"}},
    Row{"(.+): (.+) not in \\{(.+)\\}", {"\\1: \\2 is none of \\3", "\\1：\\2 不是下列之一：\\3"}},
    Row{"(.+): \\d+ required (.+) missing", {"\\1: its \\2 is missing", "\\1：缺少其 \\2"}},
    Row{"(.+): not UTF-8", {nullptr, "\\1：不是 UTF-8 编码"}},
    Row{"(.+): no HOST:PORT, (.+)", {"\\1: \"\\2\" is no HOST:PORT", "\\1：“\\2”不是 主机:端口"}},
    Row{"(.+): no duration such as (.+)", {nullptr, "\\1：不是时长，例如 \\2"}},
};

// The innermost verb that was given, `app` itself if there was none.
const CLI::App& Innermost(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

std::vector<std::string> VerbsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const auto*) { return true; })) {
    names.push_back(verb->get_name());
  }
  return names;
}

// Those of the verbs around it may stand behind a verb, too.
std::vector<std::string> OptionsOf(const CLI::App& innermost) {
  std::vector<std::string> names;
  for (const CLI::App* at = &innermost; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options([](const auto*) { return true; })) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::string NearestOf(const std::string& word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  return std::string(Nearest(word, names));
}

Text DidYouMean(const std::string& nearest) {
  if (nearest.empty()) return {};
  return Fill({"; did you mean {}?", "；是否想输入 {}？"}, {nearest});
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// A verb or an option that there is not.
std::optional<Text> UnknownWord(const CLI::App& app) {
  constexpr std::size_t kFew = 5;  // verbs that can be told in one line
  const std::vector<std::string> rest = app.remaining(true);
  if (rest.empty()) return std::nullopt;
  const CLI::App& innermost = Innermost(app);
  const std::string word = rest.front().substr(0, rest.front().find('='));
  if (word.size() > 1 && word.front() == '-') {
    return Fill({"There is no option {}", "没有选项 {}"}, {word}) +
           DidYouMean(NearestOf(word, OptionsOf(innermost)));
  }
  const std::vector<std::string> verbs = VerbsOf(innermost);
  // In "tokn list" the first word is wrong, though the second happens to be a verb.
  const std::string nearest = NearestOf(word, verbs.empty() ? VerbsOf(app) : verbs);
  if (verbs.empty() && nearest.empty()) return std::nullopt;
  Text text = Fill({"There is no verb \"{}\"", "没有子命令“{}”"}, {word});
  if (!nearest.empty()) return text + DidYouMean(nearest);
  if (verbs.size() > kFew) return text;
  return text + Fill({"; there are: {}", "；可用的有：{}"}, {Joined(verbs)});
}

std::string WordsOf(const std::string& said, Language language) {
  for (const Row& row : kRows) {
    const RE2 pattern(std::string("(?s)") + row.said);  // an argument may have several lines
    if (!RE2::FullMatch(said, pattern)) continue;
    const char* words = row.words.In(language);
    std::string out;
    return words != nullptr && RE2::Extract(said, pattern, words, &out) ? out : said;
  }
  return language == Language::kChinese ? "命令行有误：" + said : said;
}

}  // namespace

std::string UsageWords(const CLI::App& app, const CLI::ParseError& error, Language language) {
  const auto code = static_cast<CLI::ExitCodes>(error.get_exit_code());
  if (code == CLI::ExitCodes::ExtrasError || code == CLI::ExitCodes::RequiredError ||
      code == CLI::ExitCodes::RequiresError) {
    if (const auto unknown = UnknownWord(app)) return unknown->In(language);
  }
  return WordsOf(error.what(), language);
}

}  // namespace idnode::tools
