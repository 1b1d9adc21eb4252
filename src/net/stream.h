// What a stream server and the protocol above it say to each other: a message in, its answer out.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/endpoint.h"
#include "base/result.h"

namespace idnode::net {

// Why a connection ends before its message is read.
enum class StreamTrouble : std::uint8_t {
  kHeader,     // BodySize() refused the header
  kTruncated,  // the peer closed its side in the middle of a message
  kTimeout,    // the message took too long to arrive
};

// Every thread of a server has a handler of its own, so none of this needs a lock.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;

  // Octets that every message starts with; at least 1 and constant.
  virtual std::size_t header_size() const noexcept = 0;

  // Octets that follow `header`, which has header_size() of them, or the reason to end the
  // connection. Called before any octet of the body is read: the place to hold limits.
  virtual Result<std::size_t> BodySize(Bytes header) noexcept = 0;

  // Answers one whole message, header and body, by appending to `reply`, which may hold earlier
  // answers. Nothing appended means nothing is sent. Whatever it is, the connection stays open for
  // the next message. Other connections of the thread wait meanwhile.
  virtual void Answer(Bytes message, const Endpoint& peer, std::vector<std::uint8_t>& reply) = 0;

  // The last word, appended to `reply`, to a peer whose octets are no message: `received` is what
  // there is of it, at least one octet. The connection is closed then.
  virtual void Refuse(StreamTrouble trouble, Bytes received, std::vector<std::uint8_t>& reply) = 0;
};

struct StreamTimeouts {
  std::chrono::milliseconds idle{300'000};    // from an answer to the next octet
  std::chrono::milliseconds message{30'000};  // from the first octet of a message to its last
  std::chrono::milliseconds write{30'000};    // for the peer to take what was sent
  std::chrono::milliseconds linger{1'000};    // for the peer to close after the last word
};

}  // namespace idnode::net
