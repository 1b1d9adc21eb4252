#include "serve/handle/datagrams.h"

namespace idnode::serve {
namespace {

static_assert(net::kBatch <= Answerer::kBatch);

// Appends the datagrams of `answer`. Not all: the rest of the batch needs the room.
bool Append(const handle::Answer& answer, std::size_t packet, net::Replies& replies) noexcept {
  for (std::size_t number = 0; number < answer.datagrams(); ++number) {
    const handle::Answer::Datagram datagram = answer.datagram(number);
    const auto& parts = datagram.parts;
    if (!replies.Append(packet, {datagram.envelope, parts[0], parts[1], parts[2], parts[3]})) {
      return false;
    }
  }
  return true;
}

}  // namespace

void HandleDatagrams::OnBatch(std::span<const net::Packet> packets,
                              net::Replies& replies) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (!Accept(packets[i].octets, requests_[count])) continue;
    packets_[count] = i;
    ++count;
  }
  answerer_.AnswerAll(std::span(requests_).first(count),
                      [&](std::size_t i, const handle::Answer& answer) {
                        if (!Allow(answer, packets[packets_[i]])) return;
                        if (!Append(answer, packets_[i], replies)) silence_.too_long.Add(1);
                      });
}

bool HandleDatagrams::Allow(const handle::Answer& answer, const net::Packet& packet) noexcept {
  if (answer.datagrams() > net::Replies::kPieces) {
    silence_.too_long.Add(1);
    return false;
  }
  const std::size_t octets = answer.size() + answer.datagrams() * handle::kEnvelopeSize;
  if (limits_.Take(Address{packet.peer.sin6_addr}, octets, clock_.BootMs())) return true;
  silence_.over_limit.Add(1);
  return !limits_.enforced();
}

bool HandleDatagrams::Accept(Bytes octets, handle::Message& request) noexcept {
  const Result<handle::Envelope> envelope = handle::DecodeEnvelope(octets);
  if (!envelope.ok()) {
    silence_.malformed.Add(1);
    return false;
  }
  // The length tells, not flag TC: HANDLE.NET's clients set it as they like.
  if (envelope.value().message_length > handle::kPieceSize ||
      envelope.value().sequence_number != 0) {
    silence_.pieces.Add(1);
    return false;
  }
  const Result<handle::Message> message = handle::DecodeMessage(octets);
  if (!message.ok()) {
    silence_.malformed.Add(1);
    return false;
  }
  if (message.value().header.response_code != handle::ResponseCode::kNone) {
    silence_.answers.Add(1);
    return false;
  }
  request = message.value();
  return true;
}

}  // namespace idnode::serve
