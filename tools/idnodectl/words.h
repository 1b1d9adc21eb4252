// The words of the API's enumerations as the command line and JSON spell them: of
// ENTRY_KIND_CREATED it is "created", of SCOPE_ADMIN "admin".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/generated_enum_reflection.h>

#include "base/text.h"
#include "idnode/v1/common.pb.h"

namespace idnode::ctl {

// A number that this build does not know is its digits.
std::string EnumWord(const google::protobuf::EnumDescriptor& type, int number);

template <typename Enum>
std::string Word(Enum value) {
  return EnumWord(*google::protobuf::GetEnumDescriptor<Enum>(), value);
}

// All words of an enumeration but "unspecified".
template <typename Enum>
std::vector<std::string> AllWords() {
  const auto& type = *google::protobuf::GetEnumDescriptor<Enum>();
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) words.push_back(EnumWord(type, type.value(i)->number()));
  }
  return words;
}

template <typename Enum>
std::optional<Enum> FromWord(std::string_view word) {
  const auto& type = *google::protobuf::GetEnumDescriptor<Enum>();
  for (int i = 0; i < type.value_count(); ++i) {
    const int number = type.value(i)->number();
    if (EnumWord(type, number) == word) return static_cast<Enum>(number);
  }
  return std::nullopt;
}

// The same for people: in Chinese, words of that language.
std::string KindText(v1::EntryKind kind, Language language);
std::string ChannelText(v1::Channel channel, Language language);

// Whoever made an entry, or the control object that it is about, from what the API calls it:
// "node", "token 0123456789abcdef", "prefix 88.118.1001", "clock".
std::string NameText(std::string_view name, Language language);

}  // namespace idnode::ctl
