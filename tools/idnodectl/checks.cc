#include "checks.h"

#include <fmt/format.h>
#include <charconv>
#include <optional>
#include <string>

#include "base/quantity.h"

namespace idnode::ctl {
namespace {

std::optional<std::uint64_t> ToNumber(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end) return std::nullopt;
  return number;
}

}  // namespace

CLI::Validator NumberFrom(std::uint64_t least, std::uint64_t most) {
  return {[least, most](std::string& text) {
            const auto number = ToNumber(text);
            return number && *number >= least && *number <= most
                       ? std::string()
                       : fmt::format("Value {} not in range {} to {}", text, least, most);
          },
          ""};
}

CLI::Validator TimeToLive() {
  return {[](std::string& text) {
            if (ToNumber(text)) return NumberFrom(0, kMaxIndex)(text);
            const auto duration = ParseDuration(text);
            if (!duration.ok() || duration.value().count() % 1000 != 0) {
              return std::string("no duration such as 3600, 90min, 1d");
            }
            text = std::to_string(duration.value().count() / 1000);
            return NumberFrom(0, kMaxIndex)(text);
          },
          ""};
}

}  // namespace idnode::ctl
