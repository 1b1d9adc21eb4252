// Puts together a message that arrived in several datagrams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "handle/envelope.h"

namespace idnode::handle {

// One message. The datagrams may come in any order and more than once. Not for several threads.
class Reassembly {
 public:
  // Makes ready for the message that `first`, the envelope of any one of its datagrams, announces.
  explicit Reassembly(const Envelope& first);

  // Adds a datagram. Errors, which leave what was there as it was: kTruncated, kTooLarge,
  // kMalformed as DecodeEnvelope() gives them; kMalformed, a piece of another size than its place
  // wants; kConflict, a piece of another message (request id or message length).
  Status Add(Bytes datagram);

  bool complete() const noexcept { return missing_ == 0; }

  // The message with an envelope in front, as it would come over a stream. REQUIRES: complete().
  Bytes message() const noexcept { return message_; }

 private:
  Envelope envelope_;
  std::vector<std::uint8_t> message_;
  std::vector<bool> arrived_;  // by sequence number
  std::size_t missing_ = 0;
};

}  // namespace idnode::handle
