#include "handle/types.h"

#include "handle/fold.h"

namespace idnode::handle {

bool IsOfType(std::string_view type, std::string_view name) noexcept {
  if (!EqualFolded(type.substr(0, name.size()), name)) return false;
  return type.size() == name.size() || type[name.size()] == '.';
}

bool SelectsType(std::string_view wanted, std::string_view type) noexcept {
  if (type.empty()) return false;
  if (!wanted.ends_with('.')) return EqualFolded(type, wanted);
  return EqualFolded(type.substr(0, wanted.size()), wanted) ||
         EqualFolded(type, wanted.substr(0, wanted.size() - 1));
}

}  // namespace idnode::handle
