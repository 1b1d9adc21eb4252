// The words of the API's enumerations as the command line and JSON spell them: of
// ENTRY_KIND_CREATED it is "created", of SCOPE_ADMIN "admin".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/generated_enum_reflection.h>

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

}  // namespace idnode::ctl
