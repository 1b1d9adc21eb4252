#include "handle/answer.h"

#include <algorithm>

#include "base/big_endian.h"
#include "base/writer.h"

namespace idnode::handle {
namespace {

constexpr std::array<std::uint8_t, 4> kNoCredential{};  // its length

constexpr std::uint32_t kOwnFlags = Header::kAuthoritative | Header::kRecursive;
constexpr std::uint32_t kRepeatedFlags = Header::kCertify | Header::kEncrypt |
                                         Header::kCacheCertify | Header::kPublicOnly |
                                         Header::kRequestDigest | Header::kDoNotRefer;

}  // namespace

Answer::Answer(const Message& request, const Responder& responder, ResponseCode code,
               Body body) noexcept
    : envelope_(request.envelope), body_(body) {
  envelope_.version = request.answer_version();
  envelope_.suggested = kOurVersion;
  envelope_.flags = 0;
  envelope_.sequence_number = 0;

  RequestDigest digest;
  if (request.header.Has(Header::kRequestDigest)) digest = {request.digested, envelope_.version};
  const std::size_t text_size = body_.has_text ? 4 + body_.text.size() : 0;
  const std::size_t body_size = digest.octets().size() + text_size + body_.rest.size();
  envelope_.message_length =
      static_cast<std::uint32_t>(kHeaderSize + body_size + kNoCredential.size());

  const Header header = {
      .op_code = request.header.op_code,
      .response_code = ForVersion(code, envelope_.version),
      .flags = kOwnFlags | (request.header.flags & kRepeatedFlags),
      .site_serial = responder.site_serial,
      .recursion_count = request.header.recursion_count,
      .expiration = responder.now + kMessageLifetime,
      .body_length = static_cast<std::uint32_t>(body_size),
  };
  const auto encoded = EncodeHeader(header);
  auto* end = std::copy(encoded.begin(), encoded.end(), front_.begin());
  end = std::copy(digest.octets().begin(), digest.octets().end(), end);
  if (body_.has_text) {
    StoreBigEndian(static_cast<std::uint32_t>(body_.text.size()), end);
    end += 4;
  }
  front_size_ = static_cast<std::size_t>(end - front_.begin());
}

Answer Answer::ToResolution(const Message& request, const Responder& responder,
                            std::string_view identifier, Bytes values) noexcept {
  return {request, responder, ResponseCode::kSuccess, {true, identifier, values}};
}

Answer Answer::ToGetSiteInfo(const Message& request, const Responder& responder,
                             Bytes site) noexcept {
  return {request, responder, ResponseCode::kSuccess, {false, {}, site}};
}

Answer Answer::Error(const Message& request, const Responder& responder, ResponseCode code,
                     std::string_view text) noexcept {
  return {request, responder, code, {true, text, {}}};
}

Answer Answer::Refusal(const Envelope& envelope, const Responder& responder, ResponseCode code,
                       std::string_view text) noexcept {
  Message request;
  request.envelope = envelope;
  request.header.op_code = OpCode{0};
  return Error(request, responder, code, text);
}

void Answer::AppendTo(std::vector<std::uint8_t>& out) const {
  Writer writer(out);
  writer.Raw(EncodeEnvelope(envelope_));
  for (const Bytes part : Parts()) writer.Raw(part);
}

Answer::Datagram Answer::datagram(std::size_t number) const noexcept {
  Envelope envelope = envelope_;
  envelope.sequence_number = static_cast<std::uint32_t>(number);
  if (datagrams() > 1) envelope.flags |= Envelope::kTruncated;

  Datagram out{EncodeEnvelope(envelope), {}};
  std::size_t skip = number * kPieceSize;
  std::size_t left = kPieceSize;
  auto* end = out.parts.begin();
  for (const Bytes part : Parts()) {
    const std::size_t skipped = std::min(skip, part.size());
    *end = part.subspan(skipped, std::min(left, part.size() - skipped));
    skip -= skipped;
    left -= end->size();
    ++end;
  }
  return out;
}

std::array<Bytes, Answer::kParts> Answer::Parts() const noexcept {
  return {Bytes(front_).first(front_size_), AsBytes(body_.text), body_.rest, Bytes(kNoCredential)};
}

}  // namespace idnode::handle
