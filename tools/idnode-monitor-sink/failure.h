// Why something did not work, in words for the person who runs the sink.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "language.h"

namespace idnode::sink {

// The same in both languages.
struct Words {
  std::string en;
  std::string zh;

  Words() = default;
  Words(std::string english, std::string chinese)
      : en(std::move(english)), zh(std::move(chinese)) {}
  // What is not ours to say in another language: names, numbers, what a server said.
  // NOLINTNEXTLINE(google-explicit-constructor): stands for itself in either language
  Words(const std::string& same) : en(same), zh(same) {}

  const std::string& In(tools::Language language) const noexcept {
    return language == tools::Language::kChinese ? zh : en;
  }
  friend Words operator+(Words left, const Words& right) {
    left.en += right.en;
    left.zh += right.zh;
    return left;
  }
};

// By what follows from it.
enum class FailureKind : std::uint8_t {
  kNone,
  kUnavailable,  // try again later, nothing needs to be mended here
  kTaken,        // another sink writes this schema
  kDenied,       // the node or the database does not let us in
  kFailed,       // trying again does not help
};

// Converts to true when something failed, so: if (auto failure = Do()) return failure;
struct [[nodiscard]] Failure {
  FailureKind kind = FailureKind::kNone;
  Words text;  // what is wrong, where, and how to mend it

  explicit operator bool() const noexcept { return kind != FailureKind::kNone; }
};

}  // namespace idnode::sink
