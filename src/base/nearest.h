// Guessing what somebody meant to type.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace idnode {

// How many edits lead from `a` to `b`, an edit being one octet inserted, removed or replaced, or
// two neighbours swapped (the restricted Damerau-Levenshtein distance).
std::size_t EditDistance(std::string_view a, std::string_view b);

// The one of `known` that `text` is most likely a slip for; the first of several. Empty when all of
// them are further away than a third of the length of `text` plus one: a far guess only misleads.
std::string_view Nearest(std::string_view text, std::span<const std::string_view> known);

}  // namespace idnode
