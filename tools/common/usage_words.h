// What is wrong with a command line, in words for people.
#pragma once

#include <string>

#include "language.h"

namespace idnode::tools {

// `said`: what CLI11, or a validator of ours, says in English. In Chinese, what is not known is
// left as it is behind a Chinese beginning.
std::string UsageWords(const std::string& said, Language language);

}  // namespace idnode::tools
