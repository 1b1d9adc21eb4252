// Where a component tells the operator what happened: one line where an error is first seen, and
// the few events of a node's life. Never on the path of a resolution, which counts instead.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace idnode {

// Any thread.
class Logger {
 public:
  enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError };

  // A named part of an event: seq=17.
  struct Field {
    Field(std::string_view field_name, std::string_view field_text)
        : name(field_name), text(field_text) {}
    Field(std::string_view field_name, std::uint64_t number)
        : name(field_name), text(std::to_string(number)), is_number(true) {}

    std::string name;
    std::string text;
    bool is_number = false;
  };
  using Fields = std::initializer_list<Field>;

  virtual ~Logger() = default;

  // `event`: what happened, in a few words that stay the same: "store opened".
  virtual void Write(Level level, std::string_view event, Fields fields) = 0;

  void Info(std::string_view event, Fields fields = {}) { Write(Level::kInfo, event, fields); }
  void Warning(std::string_view event, Fields fields = {}) {
    Write(Level::kWarning, event, fields);
  }
  void Error(std::string_view event, Fields fields = {}) { Write(Level::kError, event, fields); }
};

}  // namespace idnode
