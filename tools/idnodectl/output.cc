#include "output.h"

#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <cwchar>
#include <nlohmann/json.hpp>

#include "base/utf8.h"

namespace idnode::ctl {
namespace {

constexpr std::string_view kWipe = "\r\x1b[K";  // to the first column, erase to the end
constexpr auto kProgressPause = std::chrono::milliseconds(200);

// Columns on a terminal, as the C library knows them (main() sets a UTF-8 locale).
std::size_t Width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t offset = 0; offset < text.size();) {
    const char32_t point = NextCodePoint(text, offset);
    if (point == kNoCodePoint) break;  // cannot be: cells are printable
    width += static_cast<std::size_t>(std::max(0, wcwidth(static_cast<wchar_t>(point))));
  }
  return width;
}

// Control characters, also the invisible ones that turn the direction of writing around.
bool IsControl(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x200E && point <= 0x200F) ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

void Append(std::string& line, const std::string& cell, std::size_t width, bool right, bool last) {
  const std::string pad(width - Width(cell), ' ');
  if (right) line += pad;
  line += cell;
  if (!right && !last) line += pad;
  if (!last) line += "  ";
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string out;
  for (std::size_t offset = 0; offset < text.size();) {
    const std::size_t begin = offset;
    const char32_t point = NextCodePoint(text, offset);
    if (point != kNoCodePoint && !IsControl(point)) {
      out += text.substr(begin, offset - begin);
      continue;
    }
    if (point == kNoCodePoint) ++offset;
    for (const char octet : text.substr(begin, offset - begin)) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(octet));
    }
  }
  return out;
}

void Table::Add(const std::vector<std::string>& cells) {
  std::vector<std::string>& row = rows_.emplace_back();
  for (const std::string& cell : cells) row.push_back(Printable(cell));
}

std::string Table::ToText() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool right = std::find(right_.begin(), right_.end(), i) != right_.end();
      Append(text, row[i], widths[i], right, i + 1 == row.size());
    }
    text += '\n';
  }
  return text;
}

void Output::Text(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw Failure{Exit::kFailed, "output_failed", "", Say(language_, text::kOutputFailed),
                  Say(language_, text::kOutputFailedFix)};
  }
}

void Output::Line(std::string_view text) {
  Text(text);
  Text("\n");
}

void Output::Print(const Json& value) {
  Line(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void Output::Flush() {
  if (std::fflush(stdout) != 0) {
    throw Failure{Exit::kFailed, "output_failed", "", Say(language_, text::kOutputFailed),
                  Say(language_, text::kOutputFailedFix)};
  }
}

void Warn(std::string_view text) { fmt::print(stderr, "{}\n", text); }

void Output::Fail(const Failure& failure) const {
  std::fflush(stdout);
  if (json_) {
    Json error = {{"code", failure.code},
                  {"field", failure.field},
                  {"cause", failure.cause},
                  {"fix", failure.fix}};
    if (!failure.parameters.empty()) error["parameters"] = failure.parameters;
    const Json whole = {{"error", std::move(error)}};
    Warn(whole.dump(-1, ' ', false, Json::error_handler_t::replace));
    return;
  }
  const std::string where =
      failure.field.empty() ? std::string() : fmt::format(" ({})", Printable(failure.field));
  Warn(fmt::format("idnodectl: {}{} [{}]", Printable(failure.cause), where,
                   Printable(failure.code)));
  if (!failure.fix.empty()) Warn(fmt::format("  {}", Printable(failure.fix)));
}

JsonRows::JsonRows(Output& out, std::string_view before) : out_(out) {
  out_.Text(before);
  out_.Text("[");
}

void JsonRows::Add(const Json& row) {
  out_.Text(first_ ? "\n" : ",\n");
  first_ = false;
  out_.Text(row.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void JsonRows::Close(std::string_view after) {
  out_.Text(first_ ? "]" : "\n]");
  out_.Line(after);
}

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {}
Progress::~Progress() { Wipe(); }

bool Progress::Due() const { return terminal_ && Clock::now() - last_ >= kProgressPause; }

void Progress::Show(const std::string& text) {
  last_ = Clock::now();
  shown_ = true;
  fmt::print(stderr, "{}{}", kWipe, text);
}

void Progress::Wipe() {
  if (!shown_) return;
  shown_ = false;
  last_ = {};
  fmt::print(stderr, "{}", kWipe);
}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - begin_).count();
}

}  // namespace idnode::ctl
