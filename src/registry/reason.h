// Reasons in the words of both languages: what stands for {reason} in the text of a problem.
#pragma once

#include <string>

#include "base/result.h"

namespace idnode::registry {

enum class Language : std::uint8_t { kEnglish, kChinese };

// A reason that is known beforehand.
struct Reason {
  const char* english;
  const char* chinese;
};

// Why the store or the committer does not do what it was asked for, from what their errors name.
// Errors of which only their programmers have heard get a reason that says what the code says.
Reason ReasonOf(const Error& error) noexcept;

}  // namespace idnode::registry
