#include "handle/message.h"

#include "base/reader.h"
#include "base/writer.h"
#include "handle/list.h"

namespace idnode::handle {
namespace {

constexpr std::size_t kCredentialLengthSize = 4;

}  // namespace

Result<Message> DecodeMessage(Bytes octets) noexcept {
  const auto envelope = DecodeEnvelope(octets);
  if (!envelope.ok()) return envelope.error();

  Message message;
  message.envelope = envelope.value();
  Reader in(octets);
  in.Raw(kEnvelopeSize, "envelope");
  if ((message.envelope.flags & (Envelope::kCompressed | Envelope::kEncrypted)) != 0) {
    in.Fail(Errc::kMalformed, "flags");
  }
  if (in.remaining() < message.envelope.message_length) in.Fail(Errc::kTruncated, "message");
  if (in.remaining() > message.envelope.message_length) in.Fail(Errc::kMalformed, "message length");

  message.header = ReadHeader(in);
  message.body = in.Raw(message.header.body_length, "body");
  message.digested = in.Since(kEnvelopeSize);
  if (in.remaining() != 0) message.credential = in.Block(kMaxMessageLength, "credential");
  if (in.remaining() != 0) in.Fail(Errc::kMalformed, "octets after the credential");

  if (!in.ok()) return in.error();
  return message;
}

void EncodeMessage(Envelope envelope, Header header, Bytes body, std::vector<std::uint8_t>& out) {
  header.body_length = static_cast<std::uint32_t>(body.size());
  envelope.message_length =
      static_cast<std::uint32_t>(kHeaderSize + body.size() + kCredentialLengthSize);
  Writer writer(out);
  writer.Raw(EncodeEnvelope(envelope));
  writer.Raw(EncodeHeader(header));
  writer.Raw(body);
  writer.U32(0);  // no credential
}

Result<Credential> DecodeCredential(Bytes octets) noexcept {
  Reader in(octets);
  in.U8("credential version");
  in.U8("credential reserved");
  in.U16("credential options");
  Credential credential;
  credential.signer = AsText(in.Block(kMaxArray, "signer"));
  credential.counter = in.I32("session counter");
  credential.type = AsText(in.Block(kMaxArray, "credential type"));
  const std::uint32_t size = in.U32("signed info length");
  if (in.ok() && size != in.remaining()) in.Fail(Errc::kMalformed, "signed info length");
  credential.digest_algorithm = AsText(in.Block(kMaxArray, "digest algorithm"));
  credential.signature = in.Block(kMaxArray, "signature");
  if (in.remaining() != 0) in.Fail(Errc::kMalformed, "octets after the signature");

  if (!in.ok()) return in.error();
  return credential;
}

}  // namespace idnode::handle
