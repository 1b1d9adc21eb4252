#include "base/text.h"

#include <cassert>
#include <string_view>

namespace idnode {
namespace {

constexpr std::string_view kPlace = "{}";

std::string FillOne(std::string_view words, std::initializer_list<Text> parts, Language language) {
  std::string out;
  for (const Text& part : parts) {
    const std::size_t place = words.find(kPlace);
    assert(place != std::string_view::npos);
    out.append(words.substr(0, place)).append(part.In(language));
    words.remove_prefix(place + kPlace.size());
  }
  assert(words.find(kPlace) == std::string_view::npos);
  return out.append(words);
}

}  // namespace

Text Fill(const Words& words, std::initializer_list<Text> parts) {
  return {FillOne(words.english, parts, Language::kEnglish),
          FillOne(words.chinese, parts, Language::kChinese)};
}

}  // namespace idnode
