#include "fault.h"

#include <system_error>
#include <utility>

#include "base/small_file.h"

namespace idnode::tools {

std::optional<Fault> ReadFile(const std::string& path, std::size_t limit, const std::string& option,
                              std::string& text) {
  Result<std::string> read = idnode::ReadFile(path, limit);
  if (read.ok()) {
    text = std::move(read).value();
    return std::nullopt;
  }
  if (read.error().code != Errc::kTooLarge) {
    return FileUnreadable(path, static_cast<int>(read.error().detail), option);
  }
  return Fault{
      "file_too_large", option,
      Fill({"{} has more than {} octets.", "{} 超过 {} 字节。"}, {path, std::to_string(limit)}),
      Words{"Choose a smaller file.", "请换用较小的文件。"}};
}

Fault FileUnreadable(const std::string& path, int reason, const std::string& option) {
  return {"file_unreadable", option,
          Fill({"{} cannot be read: {}.", "无法读取 {}：{}。"},
               {path, std::generic_category().message(reason)}),
          Words{"Check the path and its permissions.", "请检查路径和访问权限。"}};
}

}  // namespace idnode::tools
