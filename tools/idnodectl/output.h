// What a command prints: for people (aligned tables, in their language) or for programs (JSON).
//
// Results go to stdout, failures, warnings and progress to stderr. A command prints one JSON
// object, a list one a line. Whatever comes from a record is made harmless for a terminal first.
// One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "failure.h"
#include "texts.h"

namespace idnode::ctl {

using Json = nlohmann::ordered_json;  // fields stay in the order in which they are written

// `text` with control characters and what is not UTF-8 written as \xNN.
std::string Printable(std::string_view text);

// Columns with aligned beginnings, two blanks apart; wide (Chinese) characters take two columns.
class Table {
 public:
  explicit Table(std::vector<std::string> titles) { rows_.push_back(std::move(titles)); }

  // As many cells as titles; made printable.
  void Add(const std::vector<std::string>& cells);
  // Marks column `position`, from 0, as one of numbers: aligned at its end.
  void AlignRight(std::size_t position) { right_.push_back(position); }

  std::string ToText() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> right_;
};

// A line on stderr. Warnings of JSON commands, too, are plain text: stderr is for people, but for
// the one object that says why a command failed.
void Warn(std::string_view text);

class Output {
 public:
  Output(bool json, Language language) : json_(json), language_(language) {}

  bool json() const { return json_; }
  Language language() const { return language_; }

  // Writes to stdout. Throws Failure when that is not possible any more (a full disk, a closed
  // pipe).
  void Text(std::string_view text);
  void Line(std::string_view text);
  void Print(const Json& value);
  // Makes what was printed visible now.
  void Flush();

  // One sentence from the table of texts, as a line.
  template <typename... Args>
  void Tell(const Words& text, const Args&... args) {
    Line(Say(language_, text, args...));
  }

  // Says on stderr why the command failed.
  void Fail(const Failure& failure) const;

 private:
  bool json_;
  Language language_;
};

// A JSON array that is printed while it is still being found out, a row per line.
class JsonRows {
 public:
  // Prints "[", after `before` (which opens an object around it, if there is one).
  explicit JsonRows(Output& out, std::string_view before = "");
  void Add(const Json& row);
  // Prints "]" and `after`.
  void Close(std::string_view after = "");

 private:
  Output& out_;
  bool first_ = true;
};

// A line on stderr that is rewritten in place, five times a second at most; nothing when stderr is
// no terminal.
class Progress {
 public:
  Progress();
  ~Progress();  // wipes the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Whether Show() would be seen now: asked first, so that nothing is formatted in vain.
  bool Due() const;
  void Show(const std::string& text);
  void Wipe();

  // Since this object was made.
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_;
  bool shown_ = false;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point last_{};
};

}  // namespace idnode::ctl
