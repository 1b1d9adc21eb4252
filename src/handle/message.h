// A whole message: envelope, header, body, credential.
//
//   envelope (20) | header (24) | body (header.body_length) | credential length (4) | credential
//
// The length of the credential is always written, even when there is none; old peers end a message
// right after the body, and are understood.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "handle/envelope.h"
#include "handle/header.h"

namespace idnode::handle {

// A view: it lives as long as the octets it was decoded from.
struct Message {
  Envelope envelope;
  Header header;
  Bytes digested;  // header and body: what a request digest is made of
  Bytes body;
  Bytes credential;  // empty: none

  // The version in which to answer this message.
  Version answer_version() const noexcept {
    return AnswerVersion(envelope.version, envelope.suggested);
  }
};

// Reads the one message that `octets` are, its datagrams put together. Does not allocate.
//
// Errors: kTruncated   fewer octets than the envelope announces, or than the parts need
//         kMalformed   octets left over; a major version nobody speaks; a message that is
//                      compressed, or encrypted and so to be decrypted first
//         kTooLarge    a length above kMaxMessageLength
Result<Message> DecodeMessage(Bytes octets) noexcept;

// Appends a message without a credential. The two length fields are filled in here, whatever
// `envelope` and `header` hold. REQUIRES: the message is not above kMaxMessageLength.
void EncodeMessage(Envelope envelope, Header header, Bytes body, std::vector<std::uint8_t>& out);

// What stands behind a message to prove who sent it.
struct Credential {
  std::string_view signer;            // empty in all that HANDLE.NET sends
  std::int32_t counter = 0;           // of the session; the index of the signer in RFC 3652
  std::string_view type;              // "HS_SIGNED", "HS_MAC"
  std::string_view digest_algorithm;  // "SHA-256", "SHA1", "HMAC-SHA256", or an octet 1, 2, 3
  Bytes signature;
};

// Reads Message::credential. Errors: kTruncated; kTooLarge; kMalformed, the parts do not add up.
Result<Credential> DecodeCredential(Bytes octets) noexcept;

}  // namespace idnode::handle
