// Identifiers as octets: where the prefix ends, and what two spellings have in common.
//
// An identifier is prefix "/" suffix; the first slash divides. One without a slash is a prefix
// written short and stands for "0.NA/" and itself. The key of an identifier is what it is stored
// and looked up under: the folded prefix, the slash, and the suffix, which is folded if the prefix
// says so. Identifiers with equal keys are one and the same.
//
// To fold is to map octets a-z to A-Z and nothing else: no locale, no Unicode, no normalisation;
// "écrou" and "ÉCROU" are two identifiers. So does HANDLE.NET 9.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace idnode::handle {

// What happens to the suffix. A prefix has one policy for ever, because the keys of all identifiers
// below it hang on it. The numbers are on disk.
enum class CasePolicy : std::uint8_t {
  kFold = 1,       // "abc" and "ABC" are one identifier
  kSensitive = 2,  // they are two, unless the prefix begins with "0."
};

// The prefix of the records about prefixes: what is known of 88.118 stands under 0.NA/88.118.
inline constexpr std::string_view kPrefixOfPrefixes = "0.NA";

constexpr char Fold(char octet) noexcept {
  return octet >= 'a' && octet <= 'z' ? static_cast<char>(octet - 'a' + 'A') : octet;
}

std::string Folded(std::string_view text);
void FoldInPlace(std::span<char> text) noexcept;

// Equal once folded.
bool EqualFolded(std::string_view left, std::string_view right) noexcept;

// What stands before the first slash; all of it if there is none.
constexpr std::string_view PrefixOf(std::string_view identifier) noexcept {
  return identifier.substr(0, identifier.find('/'));
}

// The key of an identifier.
std::string KeyOf(std::string_view identifier, CasePolicy policy);

// How much longer than its identifier a key may be.
inline constexpr std::size_t kMaxKeyGrowth = kPrefixOfPrefixes.size() + 1;

// Writes the key to the front of `out` and returns it, without allocating.
// REQUIRES: out.size() >= identifier.size() + kMaxKeyGrowth. Otherwise the process ends.
//
// Where the policy is not known yet: write the key for kSensitive, look up the policy of its
// PrefixOf(), and under kFold fold the key in place. What that gives is the key for kFold.
std::string_view WriteKey(std::string_view identifier, CasePolicy policy,
                          std::span<char> out) noexcept;

}  // namespace idnode::handle
