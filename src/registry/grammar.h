// What an identifier, a prefix and a value type may look like.
//
//   identifier  prefix "/" suffix, divided at the first slash; the suffix may be empty. UTF-8, at
//               most 255 characters and 2048 octets, no control characters, no U+FFFD, no blank at
//               either end (idis.md 1.3; the octets are the handle protocol's). Not normalised.
//   prefix      segments joined by dots, none empty; ASCII letters, digits, "-" and "_"; at most 64
//               octets
//   reserved    0.NA/..., 0.SITE/... and whatever else lies under the prefix "0" or one that begins
//               with "0."; <prefix>/0.0
#pragma once

#include <optional>
#include <string_view>

#include "registry/problem.h"

namespace idnode::registry {

inline constexpr std::size_t kMaxIdentifierCharacters = 255;
inline constexpr std::size_t kMaxIdentifierOctets = 2'048;
inline constexpr std::size_t kMaxPrefixOctets = 64;
inline constexpr std::size_t kMaxTypeCharacters = 128;

// All of these: nothing if it is well-formed, otherwise what to tell the caller; `field` is the
// name of the field in the request.
std::optional<Problem> CheckIdentifier(std::string_view identifier, std::string_view field);
std::optional<Problem> CheckPrefix(std::string_view prefix, std::string_view field);
std::optional<Problem> CheckType(std::string_view type, std::string_view field);

// What is wrong with a text as such, null if nothing is: it is no UTF-8, has a control character, a
// replacement character, a blank at an end, or more characters than `most`.
const Words* TextFault(std::string_view text, std::size_t most) noexcept;

// Of a well-formed identifier.
bool IsReserved(std::string_view identifier) noexcept;

// `prefix` is derived from `ancestor`: "88.118.1001" from "88.118". Both folded.
bool IsBelow(std::string_view prefix, std::string_view ancestor) noexcept;

// A user's text, short enough to quote in a message.
std::string Quoted(std::string_view text);

}  // namespace idnode::registry
