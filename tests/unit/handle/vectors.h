// The recorded exchanges of tests/data/vectors: what HANDLE.NET 9 and its client said.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace idnode::handle {

// The file `name` of tests/data/vectors, such as "open/values.json".
nlohmann::json LoadVectors(const std::string& name);

// The names of the files in a folder of tests/data/vectors, sorted.
std::vector<std::string> ListVectors(const std::string& folder);

// The octets that `hex` spells; throws on anything else.
std::vector<std::uint8_t> Octets(std::string_view hex);

}  // namespace idnode::handle
