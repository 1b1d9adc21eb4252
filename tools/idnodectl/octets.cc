#include "octets.h"

#include <fmt/format.h>
#include <array>

#include "base/day.h"
#include "base/hex.h"
#include "client.h"
#include "crypto/random.h"

namespace idnode::ctl {
namespace {

constexpr std::size_t kRequestIdOctets = 16;

}  // namespace

std::string Hex(std::string_view octets) {
  return ToHex({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
}

std::string RequestId(std::string_view hex, Language language) {
  if (hex.empty()) {
    std::array<std::uint8_t, kRequestIdOctets> id{};
    crypto::FillRandom(id);
    return {id.begin(), id.end()};
  }
  const auto octets = FromHex(hex);
  if (!octets.ok() || octets.value().size() != kRequestIdOctets) {
    throw UsageFailure("--request-id", Say(language, text::kRequestId),
                       Say(language, text::kRequestIdFix));
  }
  return {octets.value().begin(), octets.value().end()};
}

std::string ReadFile(const std::string& path, std::size_t limit, const std::string& field,
                     Language language) {
  std::string content;
  if (const auto fault = tools::ReadFile(path, limit, field, content)) {
    throw FromFault(*fault, language);
  }
  return content;
}

std::string TimeText(std::int64_t wall_ms) {
  const Day day = Day::Of(wall_ms);
  const std::int64_t ms = wall_ms - day.start_ms();
  return fmt::format("{} {:02}:{:02}:{:02}.{:03} +08:00", day.ToText(), ms / 3'600'000,
                     ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

std::string Grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string GroupedSigned(std::int64_t number) {
  const auto magnitude = static_cast<std::uint64_t>(number);
  return number < 0 ? "-" + Grouped(0 - magnitude) : Grouped(magnitude);
}

}  // namespace idnode::ctl
