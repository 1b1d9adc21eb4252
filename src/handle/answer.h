// The answer to a request, made of views and ready to be sent.
//
// What an answer repeats of its request, and what it says of its own, is decided here: version,
// flags, digest. Nothing is copied: the identifier stays in the request, the values in the record,
// and only the small parts before them lie in the Answer itself. So an answer costs no allocation,
// and leaves as one message over a stream or cut into datagrams.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "handle/digest.h"
#include "handle/message.h"

namespace idnode::handle {

// A datagram carries an envelope and at most so many octets of the message; all but the last of a
// message carry exactly that many.
inline constexpr std::size_t kPieceSize = 492;
inline constexpr std::size_t kMaxDatagram = kEnvelopeSize + kPieceSize;

// What is the same in all answers of a moment.
struct Responder {
  std::uint16_t site_serial = kNoSiteSerial;  // of this server's own site
  std::uint32_t now = 0;                      // seconds since 1970
};

class Answer {
 public:
  // Success: `values` is a count and that many encoded values, as it is stored.
  static Answer ToResolution(const Message& request, const Responder& responder,
                             std::string_view identifier, Bytes values) noexcept;

  // Success: `site` is the encoding of this server's site.
  static Answer ToGetSiteInfo(const Message& request, const Responder& responder,
                              Bytes site) noexcept;

  // Anything else. `text` is for people and may be empty.
  static Answer Error(const Message& request, const Responder& responder, ResponseCode code,
                      std::string_view text) noexcept;

  // To octets that are no message. If their envelope can be read, the answer echoes its request
  // id; otherwise give a default Envelope with request id 0xFFFFFFFF.
  static Answer Refusal(const Envelope& envelope, const Responder& responder, ResponseCode code,
                        std::string_view text) noexcept;

  // All of these point into the request, the values or the text, which must outlive the answer.

  // Of the whole message, without an envelope.
  std::size_t size() const noexcept { return envelope_.message_length; }

  // Whether the message is above what any peer accepts. Such an answer must not be sent.
  bool too_long() const noexcept { return size() > kMaxMessageLength; }

  // Appends the message with its envelope.
  void AppendTo(std::vector<std::uint8_t>& out) const;

  static constexpr std::size_t kParts = 4;
  struct Datagram {
    std::array<std::uint8_t, kEnvelopeSize> envelope;
    std::array<Bytes, kParts> parts;  // what follows it, in order; some may be empty
  };

  std::size_t datagrams() const noexcept { return (size() + kPieceSize - 1) / kPieceSize; }

  // One of them, from 0. Every datagram of several has flag TC, by the book (RFC 3652, section
  // 2.3); HANDLE.NET ignores it. REQUIRES: number < datagrams().
  Datagram datagram(std::size_t number) const noexcept;

 private:
  // Header, digest, and the length of the text: all that stands before the text.
  static constexpr std::size_t kMaxFront = kHeaderSize + RequestDigest::kMaxSize + 4;

  struct Body {
    bool has_text = false;  // with its length in front
    std::string_view text;
    Bytes rest;
  };

  Answer(const Message& request, const Responder& responder, ResponseCode code, Body body) noexcept;

  std::array<Bytes, kParts> Parts() const noexcept;

  Envelope envelope_;
  std::array<std::uint8_t, kMaxFront> front_{};
  std::size_t front_size_ = 0;
  Body body_;
};

}  // namespace idnode::handle
