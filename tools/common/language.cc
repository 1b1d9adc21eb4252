#include "language.h"

#include <cstdlib>
#include <string_view>

namespace idnode::tools {

Language FindLanguage(int argc, const char* const* argv) {
  std::string_view lang;
  for (const char* name : {"LANG", "LC_MESSAGES", "LC_ALL"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no other thread yet
    if (value != nullptr && *value != '\0') lang = value;
  }
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--lang" && i + 1 < argc) lang = argv[i + 1];
    if (argument.substr(0, 7) == "--lang=") lang = argument.substr(7);
  }
  return lang.substr(0, 2) == "zh" ? Language::kChinese : Language::kEnglish;
}

}  // namespace idnode::tools
