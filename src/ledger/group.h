// Requests on their way into one commit: each is decided in order against what those before it have
// changed, and the accepted ones become entries.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/clock_rule.h"
#include "ledger/head.h"
#include "ledger/overlay.h"
#include "ledger/project.h"
#include "ledger/request.h"
#include "ledger/request_memory.h"
#include "store/engine.h"

namespace idnode::ledger {

// One thread: the committer's.
class Group {
 public:
  struct Limits {
    std::size_t requests = 1'024;
    std::size_t octets = 1U << 20;  // of a commit, unless its only entry is larger; never more than
                                    // the engine's own limit
  };

  // Goes on from `head`, the one that is stored. `engine` must outlive the group.
  Group(const store::Engine& engine, Head head, const ClockRule& clock, std::uint32_t shard);

  // Decides `request` and keeps its answer, to be given once the group is committed. False: the
  // group is full, and the request belongs into the next one.
  bool Add(Request& request, const Limits& limits);

  // In the order of Add(), as they are once the group is committed.
  const std::vector<Answer>& answers() const noexcept { return answers_; }
  const std::vector<Entry>& entries() const noexcept { return entries_; }
  const Head& head() const noexcept { return head_; }
  const ClockRule& clock() const noexcept { return clock_; }

  // The commit that makes it so, under a new nonce. Takes what `memory` forgets along.
  struct Commit {
    std::string next_head;
    std::vector<store::Put> puts;
    std::vector<store::Erase> erases;
  };
  Commit Finish(RequestMemory& memory);

 private:
  // An answer, or kTooLarge: there is no room for it in this group.
  Result<Answer> Decide(Request& request, const Limits& limits);
  // The answer to a request id that is remembered. Errors: kNotFound, it is not.
  Result<Answer> Repeat(const Request& request) const;
  Result<Answer> Append(const Request& request, Change change, const Moment& moment,
                        const Limits& limits);
  Result<Seq> PreviousOf(const Subject& subject) const;
  Result<Tip> TipOf(std::string_view prefix) const;
  Result<Leaf> LeafOf(Seq seq) const;

  // Whether the engine takes the commit with `puts` in it.
  bool HasRoomFor(const std::vector<store::Put>& puts, const Limits& limits) const;
  // How many erased rows still fit into the commit.
  std::size_t ForgetLimit() const;

  const store::Engine& engine_;
  const store::Limits room_;  // of the engine's limits what is left for the rows of entries
  ClockRule clock_;
  const std::uint32_t shard_;
  Head head_;
  Overlay overlay_;
  std::vector<Entry> entries_;
  std::vector<Answer> answers_;
};

}  // namespace idnode::ledger
