// What the handle protocol's requests are answered with, whichever way they came.
//
//   resolution      the values, or why there are none
//   get site info   this server's site record
//   anything else   RC 5: administration and sessions are not served
//
// Requests come as a batch and are answered in order: all questions are put to the resolver at
// once.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/published.h"
#include "base/solo_counter.h"
#include "handle/answer.h"
#include "handle/message.h"
#include "resolve/resolver.h"

namespace idnode::serve {

// What a server says of itself. Immutable.
struct HandleSite {
  std::uint16_t serial = 1;
  std::vector<std::uint8_t> encoded;  // the site record
};

// Requests, by what became of them. Written by the answerer's thread; any thread may read.
struct HandleCounters {
  SoloCounter resolved;
  SoloCounter not_found;
  SoloCounter no_values;
  SoloCounter not_here;
  SoloCounter restricted;
  SoloCounter failed;  // the store did not answer, or held something corrupt
  SoloCounter site_info;
  SoloCounter unsupported;
};

// One thread; give each its own.
class Answerer {
 public:
  static constexpr std::size_t kBatch = resolve::Resolver::kBatch;

  // All must outlive the answerer.
  Answerer(const store::Readable& store, const Published<resolve::PrefixTable>& prefixes,
           const HandleSite& site, const Clock& clock)
      : resolver_(store, prefixes), site_(site), clock_(clock) {}

  // Calls `send(position, const handle::Answer&)` for each request, in order. An answer lives until
  // `send` returns. Allocates nothing of its own. REQUIRES: at most kBatch requests, none of them
  // an answer.
  template <typename Send>
  void AnswerAll(std::span<const handle::Message> requests, Send send) {
    Ask(requests);
    for (std::size_t i = 0; i < requests.size(); ++i) send(i, Make(requests[i], plans_[i]));
  }

  handle::Responder responder() const noexcept {
    return {.site_serial = site_.serial,
            .now = static_cast<std::uint32_t>(clock_.WallMs() / 1'000)};
  }
  const HandleCounters& counters() const noexcept { return counters_; }

 private:
  // How a request will be answered: by what the resolver said to its question, or at once.
  struct Plan {
    bool is_question = false;
    std::size_t question = 0;  // its position
    bool is_site_info = false;
    handle::ResponseCode code = handle::ResponseCode::kError;
    std::string_view text;
  };

  void Ask(std::span<const handle::Message> requests) noexcept;
  Plan PlanFor(const handle::Message& request) noexcept;
  handle::Answer Make(const handle::Message& request, const Plan& plan) noexcept;

  resolve::Resolver resolver_;
  const HandleSite& site_;
  const Clock& clock_;
  HandleCounters counters_;

  // Of the batch being answered.
  handle::Responder responder_;
  std::size_t asked_ = 0;
  std::array<Plan, kBatch> plans_;
  std::array<resolve::Question, kBatch> questions_;
  std::array<resolve::Answer, kBatch> answers_;
};

}  // namespace idnode::serve
