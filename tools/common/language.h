// The two languages of the command line tools.
#pragma once

namespace idnode::tools {

enum class Language { kEnglish, kChinese };

// The value of --lang, or else what LC_ALL, LC_MESSAGES or LANG says: the help needs it before
// anything is parsed. REQUIRES: no other thread yet.
Language FindLanguage(int argc, const char* const* argv);

}  // namespace idnode::tools
