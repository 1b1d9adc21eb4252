#include "words.h"

#include <google/protobuf/descriptor.h>

namespace idnode::ctl {

std::string EnumWord(const google::protobuf::EnumDescriptor& type, int number) {
  const auto* value = type.FindValueByNumber(number);
  if (value == nullptr) return std::to_string(number);
  // Each name begins with the type's in capitals: EntryKind, ENTRY_KIND_.
  std::size_t prefix = 0;
  for (const char c : type.name()) prefix += c >= 'A' && c <= 'Z' ? 2 : 1;
  std::string word = value->name().substr(prefix);
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return word;
}

}  // namespace idnode::ctl
