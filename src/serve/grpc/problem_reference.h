// The table of all problems, for proto/reference.md.
#pragma once

#include <string>

namespace idnode::serve {

// A Markdown table: every code with its gRPC status, its cause and how to mend it, in English.
std::string ProblemReference();

}  // namespace idnode::serve
