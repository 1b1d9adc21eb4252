// What people read, in both of the languages in which they are spoken to.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

namespace idnode {

enum class Language : std::uint8_t { kEnglish, kChinese };

// Words that are known beforehand; {} in them is a place to be filled. A value.
struct Words {
  const char* english;
  const char* chinese;

  const char* In(Language language) const noexcept {
    return language == Language::kChinese ? chinese : english;
  }
};

// Words that came about at run time. A value.
struct Text {
  std::string english;
  std::string chinese;

  Text() = default;
  Text(std::string in_english, std::string in_chinese)
      : english(std::move(in_english)), chinese(std::move(in_chinese)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): the words say it all
  Text(const Words& words) : english(words.english), chinese(words.chinese) {}
  // What is not ours to translate: names, numbers, what somebody else said.
  // NOLINTNEXTLINE(google-explicit-constructor): stands for itself in either language
  Text(const std::string& same) : english(same), chinese(same) {}

  const std::string& In(Language language) const noexcept {
    return language == Language::kChinese ? chinese : english;
  }
  friend Text operator+(Text left, const Text& right) {
    left.english += right.english;
    left.chinese += right.chinese;
    return left;
  }
  friend bool operator==(const Text&, const Text&) = default;
};

// The words, their places filled from the first to the last. REQUIRES: a part for each place, in
// both languages.
Text Fill(const Words& words, std::initializer_list<Text> parts);

}  // namespace idnode
