#include "base/quantity.h"

#include <charconv>
#include <span>
#include <system_error>

namespace idnode {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

// From the smallest to the largest; each divides the next.
constexpr Unit kDurations[] = {
    {"ms", 1}, {"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit kSizes[] = {
    {"B", 1}, {"KiB", 1LL << 10}, {"MiB", 1LL << 20}, {"GiB", 1LL << 30}, {"TiB", 1LL << 40}};

Result<std::int64_t> Parse(std::string_view text, std::span<const Unit> units,
                           const char* what) noexcept {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return Error{Errc::kTooLarge, 0, what};
  if (error != std::errc() || number < 0 || text.front() == '-') {
    return Error{Errc::kMalformed, 0, what};
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  for (const Unit& unit : units) {
    if (text != unit.name) continue;
    std::int64_t product = 0;
    if (__builtin_mul_overflow(number, unit.factor, &product)) {
      return Error{Errc::kTooLarge, 0, what};
    }
    return product;
  }
  return Error{Errc::kMalformed, 0, what};
}

std::string Text(std::int64_t number, std::span<const Unit> units, const Unit& of_zero) {
  const Unit* best = &of_zero;
  if (number != 0) {
    best = units.data();
    for (const Unit& unit : units) {
      if (number % unit.factor == 0) best = &unit;
    }
  }
  return std::to_string(number / best->factor).append(" ").append(best->name);
}

}  // namespace

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) noexcept {
  const auto ms = Parse(text, kDurations, "duration");
  if (!ms.ok()) return ms.error();
  return std::chrono::milliseconds(ms.value());
}

Result<std::int64_t> ParseSize(std::string_view text) noexcept {
  return Parse(text, kSizes, "size");
}

std::string DurationText(std::chrono::milliseconds duration) {
  return Text(duration.count(), kDurations, kDurations[1]);
}

std::string SizeText(std::int64_t octets) { return Text(octets, kSizes, kSizes[0]); }

}  // namespace idnode
