#include "serve/handle/streams.h"

namespace idnode::serve {
namespace {

using handle::ResponseCode;

// What HANDLE.NET says that it answers when it cannot tell what it answers.
constexpr std::uint32_t kNoRequest = 0xFFFF'FFFF;

// To a client that still encrypts for a session of another server: it then asks without one.
constexpr std::string_view kNoSession = "No such session";

}  // namespace

Result<std::size_t> HandleStreams::BodySize(Bytes header) noexcept {
  const Result<handle::Envelope> envelope = handle::DecodeEnvelope(header);
  if (!envelope.ok()) return envelope.error();
  return std::size_t{envelope.value().message_length};
}

void HandleStreams::Answer(Bytes message, const Endpoint& peer, std::vector<std::uint8_t>& reply) {
  const Result<handle::Message> request = handle::DecodeMessage(message);
  if (!request.ok()) {
    const Result<handle::Envelope> envelope = handle::DecodeEnvelope(message);
    if (envelope.ok() && (envelope.value().flags & handle::Envelope::kEncrypted) != 0) {
      AppendRefusal(message, ResponseCode::kSessionTimeout, kNoSession, reply);
      return;
    }
    AppendRefusal(message, ResponseCode::kProtocolError, "The message cannot be read", reply);
    return;
  }
  if (request.value().header.response_code != ResponseCode::kNone) {
    AppendRefusal(message, ResponseCode::kProtocolError, "The message is an answer", reply);
    return;
  }
  limits_.Prove(peer.address, clock_.BootMs());
  answerer_.AnswerAll(std::span(&request.value(), 1),
                      [&](std::size_t /*position*/, const handle::Answer& answer) {
                        if (!answer.too_long()) {
                          answer.AppendTo(reply);
                          return;
                        }
                        AppendRefusal(message, ResponseCode::kError,
                                      "The record is longer than a message may be", reply);
                      });
}

void HandleStreams::Refuse(net::StreamTrouble trouble, Bytes received,
                           std::vector<std::uint8_t>& reply) {
  switch (trouble) {
    case net::StreamTrouble::kHeader:
      AppendRefusal(received, ResponseCode::kError, "The envelope cannot be read", reply);
      break;
    case net::StreamTrouble::kTruncated:
      AppendRefusal(received, ResponseCode::kProtocolError,
                    "The message ended before its announced length", reply);
      break;
    case net::StreamTrouble::kTimeout:
      AppendRefusal(received, ResponseCode::kProtocolError, "Read timed out", reply);
      break;
  }
}

void HandleStreams::AppendRefusal(Bytes received, ResponseCode code, std::string_view text,
                                  std::vector<std::uint8_t>& reply) const {
  const Result<handle::Envelope> envelope = handle::DecodeEnvelope(received);
  const handle::Envelope echoed =
      envelope.ok() ? envelope.value() : handle::Envelope{.request_id = kNoRequest};
  handle::Answer::Refusal(echoed, answerer_.responder(), code, text).AppendTo(reply);
}

}  // namespace idnode::serve
