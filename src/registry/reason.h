// Reasons in the words of both languages: what stands for {reason} in the text of a problem.
#pragma once

#include "base/result.h"
#include "base/text.h"

namespace idnode::registry {

// Why the store or the committer does not do what it was asked for, from what their errors name.
// Errors of which only their programmers have heard get a reason that says what the code says.
Words ReasonOf(const Error& error) noexcept;

}  // namespace idnode::registry
