// Why a request was refused, for those who must read it: a person, or a program that acts on it.
//
// Below the registry an Error of 16 octets says what went wrong. Here it becomes a Problem: a
// stable code, the field that is at fault, and the run-time parts of a text in Chinese or English
// that says what is wrong, where, and how to mend it. serve/ maps its category to each protocol's
// own codes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "registry/reason.h"

namespace idnode::registry {

// What the caller can do about it, by which protocols choose their status.
enum class Category : std::uint8_t {
  kInvalid,          // the request itself: mend it
  kUnauthenticated,  // say who you are
  kDenied,           // you may not
  kNotFound,         // there is no such thing
  kExists,           // there is such a thing already
  kConflict,         // it is not as the request expects
  kBusy,             // the same request may succeed in a moment
  kUnavailable,      // the same request may succeed once the node is well again
  kUnknown,          // it may have happened; repeating the request id will tell
  kInternal,         // a fault of the node
};

enum class Code : std::uint8_t {
  kIdentifierMalformed,
  kIdentifierReserved,
  kIdentifierExists,
  kIdentifierNotFound,
  kPrefixMalformed,
  kPrefixUnknown,
  kPrefixExists,
  kPrefixNotOurs,
  kNameMalformed,
  kValuesMissing,
  kValuesTooMany,
  kValuesNotFound,
  kRecordTooLarge,
  kValueIndexInvalid,
  kValueIndexDuplicate,
  kValueTypeMissing,
  kValueTypeMalformed,
  kValuePermissionsInvalid,
  kValueTtlInvalid,
  kValueReferenceInvalid,
  kValueTimestampRefused,
  kValueSecretRefused,
  kSeqMismatch,
  kRequestIdMalformed,
  kRequestIdReused,
  kTokenMissing,
  kTokenUnknown,
  kTokenExpired,
  kTokenRevoked,
  kTokenMalformed,
  kTokenExists,
  kTokenNotFound,
  kLastAdministrator,
  kPermissionDenied,
  kCursorMalformed,
  kCursorForeign,
  kDayMalformed,
  kPeriodReversed,
  kBatchTooLarge,
  kBusy,
  kReadBusy,
  kWatchersFull,
  kClockRefused,
  kOutcomeUnknown,
  kUnavailable,
  kReadUnavailable,
  kStoreCorrupt,
  kInternal,
};
inline constexpr std::size_t kCodes = static_cast<std::size_t>(Code::kInternal) + 1;

// Chinese if an Accept-Language header begins with "zh", otherwise English.
Language LanguageOf(std::string_view accept_language) noexcept;

// A run-time part of the texts: {name} in them.
struct Parameter {
  std::string name;
  std::string text;
  std::string chinese = {};  // if it is to be translated
};

struct Problem {
  Code code = Code::kInternal;
  std::string field;  // of the request: "values[3].type"; empty: none
  std::vector<Parameter> parameters;

  std::string_view name() const noexcept;  // stable: "identifier_malformed"
  Category category() const noexcept;
  std::string Cause(Language language) const;  // what is wrong, and where
  std::string Fix(Language language) const;    // how to mend it
};

// A row of the table that the texts come from. In the order of Code; {name} stands for a parameter.
struct ProblemTexts {
  Code code;
  const char* name;  // as Problem::name()
  Category category;
  const char* english_cause;
  const char* english_fix;
  const char* chinese_cause;
  const char* chinese_fix;
};
std::span<const ProblemTexts, kCodes> AllProblems() noexcept;

// The parameter {reason}.
Parameter ReasonParameter(const Words& reason);

// The problem that an error of the store makes for whoever wanted to read, and that one of the
// store or the committer makes for whoever wanted to change something: there is a request id to
// repeat.
Problem FromStore(const Error& error);
Problem FromCommitter(const Error& error);

}  // namespace idnode::registry
