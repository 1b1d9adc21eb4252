// What is wrong with a command line, in words for people.
#pragma once

#include <string>

#include "language.h"

namespace CLI {  // NOLINT(readability-identifier-naming): its own name
class App;
class ParseError;
}  // namespace CLI

namespace idnode::tools {

// Why `app` could not parse its command line: the word that it does not know, with the known one
// that is nearest to it; or else what CLI11, or a validator of ours, says in English. In Chinese,
// what of that is not known here is left as it is behind a Chinese beginning.
std::string UsageWords(const CLI::App& app, const CLI::ParseError& error, Language language);

}  // namespace idnode::tools
