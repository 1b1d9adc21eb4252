#include "octets.h"

#include <fmt/format.h>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "base/day.h"
#include "base/hex.h"
#include "crypto/random.h"
#include "failure.h"

namespace idnode::ctl {
namespace {

constexpr std::size_t kRequestIdOctets = 16;
constexpr std::size_t kMaxTokenFile = 4096;

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
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string content(limit + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.bad() || !file.is_open()) {
    throw Failure{
        Exit::kFailed, "file_unreadable", field,
        Say(language, text::kFileUnreadable, path, std::generic_category().message(errno)),
        Say(language, text::kFileUnreadableFix)};
  }
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.size() > limit) {
    throw Failure{Exit::kFailed, "file_too_large", field,
                  Say(language, text::kFileTooLarge, path, limit),
                  Say(language, text::kFileTooLargeFix)};
  }
  return content;
}

std::string ReadToken(const std::string& path, Language language) {
  const std::string content = ReadFile(path, kMaxTokenFile, "--token-file", language);
  constexpr std::string_view kBlanks = " \t\r";
  std::string_view line = std::string_view(content).substr(0, content.find('\n'));
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
  for (const char c : line) {
    if (c > 0x20 && c < 0x7F) continue;
    line = {};
    break;
  }
  if (line.empty()) {
    throw Failure{Exit::kFailed, "token_file_malformed", "--token-file",
                  Say(language, text::kTokenFile, path), Say(language, text::kTokenFileFix)};
  }
  return std::string(line);
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
