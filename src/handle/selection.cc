#include "handle/selection.h"

#include <algorithm>

#include "handle/types.h"

namespace idnode::handle {

bool AsksFor(const ResolutionRequest& request, const Value& value) noexcept {
  return std::ranges::any_of(request.indexes,
                             [&](std::int32_t index) { return index == value.index; }) ||
         std::ranges::any_of(request.types,
                             [&](std::string_view type) { return SelectsType(type, value.type); });
}

bool AllPublic(const ValueList& values) noexcept {
  return std::ranges::all_of(
      values, [](const Value& value) { return value.Allows(permission::kPublicRead); });
}

}  // namespace idnode::handle
