// Why something did not work, in words for the person who runs the sink.
#pragma once

#include <cstdint>

#include "base/text.h"

namespace idnode::sink {

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
  Text text;  // what is wrong, where, and how to mend it

  explicit operator bool() const noexcept { return kind != FailureKind::kNone; }
};

}  // namespace idnode::sink
