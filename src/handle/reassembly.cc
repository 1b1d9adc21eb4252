#include "handle/reassembly.h"

#include <algorithm>

#include "handle/answer.h"

namespace idnode::handle {

Reassembly::Reassembly(const Envelope& first)
    : envelope_(first), message_(kEnvelopeSize + first.message_length) {
  envelope_.sequence_number = 0;
  const auto encoded = EncodeEnvelope(envelope_);
  std::copy(encoded.begin(), encoded.end(), message_.begin());
  missing_ = std::max<std::size_t>(1, (first.message_length + kPieceSize - 1) / kPieceSize);
  arrived_.resize(missing_);
}

Status Reassembly::Add(Bytes datagram) {
  const auto decoded = DecodeEnvelope(datagram);
  if (!decoded.ok()) return decoded.error();
  const Envelope& envelope = decoded.value();
  if (envelope.request_id != envelope_.request_id) return Error{Errc::kConflict, 8, "request id"};
  if (envelope.message_length != envelope_.message_length) {
    return Error{Errc::kConflict, 16, "message length"};
  }

  const std::size_t number = envelope.sequence_number;
  if (number >= arrived_.size()) return Error{Errc::kMalformed, 12, "sequence number"};
  const std::size_t offset = number * kPieceSize;
  const Bytes piece = datagram.subspan(kEnvelopeSize);
  if (piece.size() != std::min<std::size_t>(kPieceSize, envelope.message_length - offset)) {
    return Error{Errc::kMalformed, kEnvelopeSize, "size of a piece"};
  }
  if (arrived_[number]) return {};
  arrived_[number] = true;
  --missing_;
  std::copy(piece.begin(), piece.end(),
            message_.begin() + static_cast<std::ptrdiff_t>(kEnvelopeSize + offset));
  return {};
}

}  // namespace idnode::handle
