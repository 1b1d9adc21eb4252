// The handle protocol over TCP: messages of a connection, answered one after the other.
//
// A connection proves where it comes from, so answers may be as long as the protocol lets them, and
// what cannot be read is told so before the connection ends; and over UDP the peer is no longer
// limited.
#pragma once

#include "net/stream.h"
#include "serve/handle/answerer.h"
#include "serve/handle/source_limits.h"

namespace idnode::serve {

class HandleStreams final : public net::StreamHandler {
 public:
  // All must outlive the handler.
  HandleStreams(const store::Readable& store, const Published<resolve::PrefixTable>& prefixes,
                const HandleSite& site, const Clock& clock, SourceLimits& limits)
      : answerer_(store, prefixes, site, clock), clock_(clock), limits_(limits) {}

  std::size_t header_size() const noexcept override { return handle::kEnvelopeSize; }
  Result<std::size_t> BodySize(Bytes header) noexcept override;
  void Answer(Bytes message, const Endpoint& peer, std::vector<std::uint8_t>& reply) override;
  void Refuse(net::StreamTrouble trouble, Bytes received,
              std::vector<std::uint8_t>& reply) override;

  const HandleCounters& counters() const noexcept { return answerer_.counters(); }

 private:
  void AppendRefusal(Bytes received, handle::ResponseCode code, std::string_view text,
                     std::vector<std::uint8_t>& reply) const;

  Answerer answerer_;
  const Clock& clock_;
  SourceLimits& limits_;
};

}  // namespace idnode::serve
