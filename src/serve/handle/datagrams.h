// The handle protocol over UDP: a batch of datagrams in, the datagrams of their answers out.
//
// A source over UDP may be forged, so nothing is answered that need not be: what does not parse,
// what is itself an answer, answers of more than 16 datagrams, and what is beyond the source's
// allowance (source_limits.h); the client then asks over TCP. Requests in several datagrams are not
// put together.
#pragma once

#include <array>

#include "base/solo_counter.h"
#include "net/datagram.h"
#include "serve/handle/answerer.h"
#include "serve/handle/source_limits.h"

namespace idnode::serve {

// Datagrams that met silence. Written by the worker's thread; any thread may read.
struct DatagramCounters {
  SoloCounter malformed;
  SoloCounter answers;     // what came was an answer
  SoloCounter pieces;      // part of a longer request
  SoloCounter too_long;    // the answer would have been
  SoloCounter over_limit;  // of the source; answered all the same where limits are not enforced
};

class HandleDatagrams final : public net::DatagramHandler {
 public:
  // All must outlive the handler.
  HandleDatagrams(const store::Readable& store, const Published<resolve::PrefixTable>& prefixes,
                  const HandleSite& site, const Clock& clock, SourceLimits& limits)
      : answerer_(store, prefixes, site, clock), clock_(clock), limits_(limits) {}

  void OnBatch(std::span<const net::Packet> packets, net::Replies& replies) noexcept override;

  const HandleCounters& counters() const noexcept { return answerer_.counters(); }
  const DatagramCounters& silence() const noexcept { return silence_; }

 private:
  // False: to be met with silence.
  bool Accept(Bytes octets, handle::Message& request) noexcept;

  // Whether the answer may go to the peer of `packet`.
  bool Allow(const handle::Answer& answer, const net::Packet& packet) noexcept;

  Answerer answerer_;
  const Clock& clock_;
  SourceLimits& limits_;
  DatagramCounters silence_;

  // Of the batch: the requests, and which packet each came in.
  std::array<handle::Message, net::kBatch> requests_;
  std::array<std::size_t, net::kBatch> packets_{};
};

}  // namespace idnode::serve
