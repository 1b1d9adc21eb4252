// Versions of the handle protocol, and which one an answer speaks.
//
//   since  what changes in an answer
//   2.1    the digest of a request is SHA-1, with an algorithm octet in front
//   2.5    response codes 7 and 202 exist under their own numbers
//   2.7    digests and signatures use SHA-256
#pragma once

#include <cstdint>

namespace idnode::handle {

// Octets of an envelope, as they stand there: 5.x occurs as an old name of 2.0.
struct Version {
  std::uint8_t major = 2;
  std::uint8_t minor = 10;

  friend bool operator==(const Version&, const Version&) = default;
};

inline constexpr Version kOurVersion{2, 10};

// The version of the answer to a peer that speaks `spoken` and says that it knows `suggested`: the
// lower one of what it knows and 2.10. A suggestion with major 0 is none (clients of the time of
// 2.1): then it knows what it speaks. A peer that knows 3.0 (DO-IRP) knows 2.10 as well. The result
// is always a 2.x.
Version AnswerVersion(Version spoken, Version suggested) noexcept;

// Whether `version`, a 2.x, is 2.`minor` or later.
constexpr bool AtLeast(Version version, std::uint8_t minor) noexcept {
  return version.minor >= minor;
}

}  // namespace idnode::handle
