#include "usage_words.h"

#include <re2/re2.h>

#include <array>

namespace idnode::tools {
namespace {

struct Row {
  const char* said;  // a pattern of the whole text
  Words words;       // with \1 for its first group; nullptr: as it was said
};

// The first that fits is taken.
constexpr std::array kRows = {
    Row{"The following arguments? (?:was|were) not expected: (.+)", {nullptr, "多余的参数：\\1"}},
    Row{"A subcommand is required", {"A verb is missing", "缺少动词"}},
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

}  // namespace

std::string UsageWords(const std::string& said, Language language) {
  for (const Row& row : kRows) {
    const RE2 pattern(std::string("(?s)") + row.said);  // an argument may have several lines
    if (!RE2::FullMatch(said, pattern)) continue;
    const char* words = row.words.In(language);
    std::string out;
    return words != nullptr && RE2::Extract(said, pattern, words, &out) ? out : said;
  }
  return language == Language::kChinese ? "命令行有误：" + said : said;
}

}  // namespace idnode::tools
