// Identifiers as octets: where the prefix ends, and what two spellings have in common.
//
// An identifier is prefix "/" suffix; the first slash divides. Its key, under which it is stored and
// compared, is the folded prefix, the slash, and the suffix, which is folded if the prefix says so.
// To fold is to map octets a-z to A-Z and nothing else: no locale, no Unicode (design of HANDLE.NET,
// which compares octets; "ecrou" with an accent keeps the case of the accented letter).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace idnode::handle {

// What happens to the suffix. The numbers are on disk.
enum class CasePolicy : std::uint8_t {
  kFold = 1,       // "abc" and "ABC" are one identifier
  kSensitive = 2,  // they are two
};

constexpr char Fold(char octet) noexcept {
  return octet >= 'a' && octet <= 'z' ? static_cast<char>(octet - 'a' + 'A') : octet;
}

std::string Folded(std::string_view text);

// Equal once folded.
bool EqualFolded(std::string_view left, std::string_view right) noexcept;

// What stands before the first slash; all of it if there is none.
constexpr std::string_view PrefixOf(std::string_view identifier) noexcept {
  return identifier.substr(0, identifier.find('/'));
}

// The key of an identifier. One without a slash is all prefix.
std::string KeyOf(std::string_view identifier, CasePolicy policy);

// The same into `out`, without allocating. REQUIRES: out.size() == identifier.size().
void WriteKey(std::string_view identifier, CasePolicy policy, std::span<char> out) noexcept;

}  // namespace idnode::handle
