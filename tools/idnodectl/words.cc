#include "words.h"

#include <google/protobuf/descriptor.h>

#include <array>
#include <span>

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

namespace {

struct Translation {
  std::string_view english;
  const char* chinese;
};

constexpr std::array kKinds = {
    Translation{"created", "新增"},
    Translation{"recreated", "重新注册"},
    Translation{"updated", "更新"},
    Translation{"deleted", "删除"},
    Translation{"payload_erased", "擦除内容"},
    Translation{"prefix_put", "启用前缀"},
    Translation{"token_put", "添加令牌"},
    Translation{"clock_accepted", "确认时钟"},
    Translation{"token_revoked", "吊销令牌"},
};
constexpr std::array kNames = {
    Translation{"node", "节点"},
    Translation{"token", "令牌"},
    Translation{"prefix", "前缀"},
    Translation{"clock", "时钟"},
};
constexpr std::array kChannelWords = {
    Translation{"grpc", "gRPC"},     Translation{"stream", "批量"}, Translation{"import", "导入"},
    Translation{"handle", "Handle"}, Translation{"http", "HTTP"},
};

std::string Translated(std::string word, std::span<const Translation> table, Language language) {
  if (language == Language::kEnglish) return word;
  for (const Translation& row : table) {
    if (row.english == word) return row.chinese;
  }
  return word;
}

}  // namespace

std::string KindText(v1::EntryKind kind, Language language) {
  return Translated(Word(kind), kKinds, language);
}

std::string ChannelText(v1::Channel channel, Language language) {
  return Translated(Word(channel), kChannelWords, language);
}

std::string NameText(std::string_view name, Language language) {
  const std::string_view kind = name.substr(0, name.find(' '));
  const std::string text = Translated(std::string(kind), kNames, language);
  return text + std::string(name.substr(kind.size()));
}

}  // namespace idnode::ctl
