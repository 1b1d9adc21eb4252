#include "handle/vectors.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/hex.h"

namespace idnode::handle {

nlohmann::json LoadVectors(const std::string& name) {
  const std::string path = std::string(IDNODE_TEST_DATA) + "/vectors/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path);
  return nlohmann::json::parse(file);
}

std::vector<std::string> ListVectors(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(IDNODE_TEST_DATA) + "/vectors/" + folder)) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::uint8_t> Octets(std::string_view hex) {
  std::string digits;
  for (const char c : hex) {
    if (c != ' ') digits += c;
  }
  auto octets = FromHex(digits);
  if (!octets.ok()) throw std::invalid_argument("not hexadecimal: " + digits);
  return std::move(octets).value();
}

}  // namespace idnode::handle
