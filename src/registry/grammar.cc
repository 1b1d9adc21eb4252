#include "registry/grammar.h"

#include <algorithm>

#include "base/utf8.h"
#include "handle/fold.h"

namespace idnode::registry {
namespace {

constexpr Words kNotUtf{"it is not UTF-8", "不是有效的 UTF-8"};
constexpr Words kReplacementCharacter{"it has a replacement character (U+FFFD)",
                                      "含有替换字符（U+FFFD）"};
constexpr Words kControlCharacter{"it has a control character", "含有控制字符"};
constexpr Words kTooManyCharacters{"it has too many characters", "字符过多"};
constexpr Words kBeginsEndsWithBlank{"it begins or ends with a blank", "首尾有空格"};
constexpr Words kEmpty{"it is empty", "为空"};
constexpr Words kTooLong{"it is too long", "过长"};
constexpr Words kCharacterNotAllowed{"it has a character that is not allowed", "含有不允许的字符"};
constexpr Words kAnEmptySegment{"it has an empty segment", "含有空段"};
constexpr Words kTooManyOctets{"it has too many octets", "字节过多"};
constexpr Words kNoSlashPrefixSuffix{"it has no slash between prefix and suffix",
                                     "前缀与后缀之间缺少斜杠"};
constexpr Words kPrefixMalformed{"its prefix is malformed", "前缀格式错误"};

constexpr char32_t kReplacement = 0xFFFD;

// Blanks that a reader does not see at the end of a name: ASCII, no-break, ideographic.
constexpr bool IsBlank(char32_t c) noexcept { return c == ' ' || c == 0xA0 || c == 0x3000; }
constexpr bool IsControl(char32_t c) noexcept { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

}  // namespace

const Words* TextFault(std::string_view text, std::size_t most) noexcept {
  std::size_t characters = 0;
  char32_t first = 0;
  char32_t last = 0;
  for (std::size_t offset = 0; offset < text.size();) {
    const char32_t c = NextCodePoint(text, offset);
    if (c == kNoCodePoint) return &kNotUtf;
    if (c == kReplacement) return &kReplacementCharacter;
    if (IsControl(c)) return &kControlCharacter;
    if (characters == 0) first = c;
    last = c;
    ++characters;
  }
  if (characters > most) return &kTooManyCharacters;
  if (IsBlank(first) || IsBlank(last)) return &kBeginsEndsWithBlank;
  return nullptr;
}

namespace {

const Words* PrefixFault(std::string_view prefix) noexcept {
  if (prefix.empty()) return &kEmpty;
  if (prefix.size() > kMaxPrefixOctets) return &kTooLong;
  const auto is_allowed = [](char c) {
    return (c >= '0' && c <= '9') || (handle::Fold(c) >= 'A' && handle::Fold(c) <= 'Z') ||
           c == '-' || c == '_' || c == '.';
  };
  if (!std::all_of(prefix.begin(), prefix.end(), is_allowed)) {
    return &kCharacterNotAllowed;
  }
  if (prefix.front() == '.' || prefix.back() == '.' ||
      prefix.find("..") != std::string_view::npos) {
    return &kAnEmptySegment;
  }
  return nullptr;
}

const Words* IdentifierFault(std::string_view identifier) noexcept {
  if (identifier.empty()) return &kEmpty;
  if (identifier.size() > kMaxIdentifierOctets) return &kTooManyOctets;
  if (const Words* fault = TextFault(identifier, kMaxIdentifierCharacters)) return fault;
  const std::string_view prefix = handle::PrefixOf(identifier);
  if (prefix.size() == identifier.size()) return &kNoSlashPrefixSuffix;
  if (PrefixFault(prefix) != nullptr) return &kPrefixMalformed;
  return nullptr;
}

}  // namespace

std::optional<Problem> CheckIdentifier(std::string_view identifier, std::string_view field) {
  const Words* fault = IdentifierFault(identifier);
  if (fault == nullptr) return std::nullopt;
  return Problem{.code = Code::kIdentifierMalformed,
                 .field = std::string(field),
                 .parameters = {{"identifier", Quoted(identifier)}, ReasonParameter(*fault)}};
}

std::optional<Problem> CheckPrefix(std::string_view prefix, std::string_view field) {
  const Words* fault = PrefixFault(prefix);
  if (fault == nullptr) return std::nullopt;
  return Problem{.code = Code::kPrefixMalformed,
                 .field = std::string(field),
                 .parameters = {{"prefix", Quoted(prefix)}, ReasonParameter(*fault)}};
}

std::optional<Problem> CheckType(std::string_view type, std::string_view field) {
  const Words* fault = TextFault(type, kMaxTypeCharacters);
  if (fault == nullptr) return std::nullopt;
  return Problem{.code = Code::kValueTypeMalformed,
                 .field = std::string(field),
                 .parameters = {{"type", Quoted(type)}, ReasonParameter(*fault)}};
}

bool IsReserved(std::string_view identifier) noexcept {
  const std::string_view prefix = handle::PrefixOf(identifier);
  const std::string_view suffix = identifier.substr(std::min(prefix.size() + 1, identifier.size()));
  return prefix == "0" || prefix.starts_with("0.") || suffix == "0.0";
}

bool IsBelow(std::string_view prefix, std::string_view ancestor) noexcept {
  return prefix.size() > ancestor.size() && prefix.starts_with(ancestor) &&
         prefix[ancestor.size()] == '.';
}

std::string Quoted(std::string_view text) {
  constexpr std::size_t kShown = 80;  // octets
  const std::string_view shown = CutUtf8(text, kShown);
  std::string out(1, '"');
  for (const char c : shown) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  out += shown.size() < text.size() ? "...\"" : "\"";
  // A message is UTF-8 even if the text it quotes is not.
  if (!CountCodePoints(out).ok()) {
    for (char& c : out) c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
  }
  return out;
}

}  // namespace idnode::registry
