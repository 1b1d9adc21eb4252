// Which language the command line tools speak.
#pragma once

#include "base/text.h"

namespace idnode::tools {

// The value of --lang, or else what LC_ALL, LC_MESSAGES or LANG says: the help needs it before
// anything is parsed. REQUIRES: no other thread yet.
Language FindLanguage(int argc, const char* const* argv);

}  // namespace idnode::tools
