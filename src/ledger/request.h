// A request to append one entry, as the ledger sees it. What may be appended is not the ledger's to
// know: the request decides that itself, on the commit thread, where nothing can come between the
// decision and the commit. registry/ implements this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "ledger/clock_rule.h"
#include "ledger/entry.h"
#include "ledger/overlay.h"

namespace idnode::ledger {

// What came of a request.
struct Answer {
  enum class Kind : std::uint8_t {
    kCommitted,       // its entry is in the log and synced
    kRepeated,        // this request id has made that entry before; nothing was done
    kRefused,         // by Decide()
    kReused,          // the request id has been used for something else
    kBusy,            // the queue is full
    kClock,           // the clock seems wrong; see clock_rule.h
    kUnavailable,     // no writes now: the store does not answer, or the node is stopping; or this
                      // one never, and the error is not kUnavailable: kTooLarge for one commit of
                      // the engine, kInternal for an entry, kCorrupt rows below it
    kOutcomeUnknown,  // the entry may be in the log or not; repeating the request id will tell
  };
  Kind kind = Kind::kUnavailable;
  Error error{Errc::kUnavailable};  // kRefused, kClock, kUnavailable: why

  // kCommitted, kRepeated: the entry.
  Seq seq = kNoSeq;
  std::int64_t time_ms = 0;
  EntryKind entry_kind = EntryKind::kCreated;

  bool done() const noexcept { return kind == Kind::kCommitted || kind == Kind::kRepeated; }
};

// The entry that a request asks for, as far as the ledger does not know better.
struct Change {
  EntryKind kind = EntryKind::kCreated;
  std::string prefix;      // folded, at most kMaxPrefix octets; empty for control objects
  std::string identifier;  // as it was spelt, or the key of the control object
  handle::CasePolicy case_policy = handle::CasePolicy::kFold;
  std::string state;  // after the change; see rows.h
};

class Request {
 public:
  struct Origin {
    Actor actor;
    RequestId id{};
    Channel channel = Channel::kGrpc;
    std::optional<Seq> expected_seq;
    bool accepts_clock = false;  // let through whatever the clock shows
  };

  explicit Request(Origin origin) noexcept : origin_(std::move(origin)) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  virtual ~Request() = default;

  const Origin& origin() const noexcept { return origin_; }

  // What it keeps in memory beside its own few hundred octets.
  virtual std::size_t octets() const noexcept { return 0; }

  // The change, if it may be made now; otherwise why not, and nothing happens. Called on the commit
  // thread, once or, when a group has to be put together again, several times; the last call
  // counts.
  virtual Result<Change> Decide(const Overlay& now, const Moment& moment) = 0;

  // RequestDigest() of this request as if it had been done at `time_ms`. The commit thread.
  virtual Hash DigestAt(std::int64_t time_ms) const = 0;

  // Called exactly once, at the end: on the commit thread, or by Submit() on its caller's. Must not
  // block.
  virtual void Done(const Answer& answer) noexcept = 0;

 private:
  const Origin origin_;
};

}  // namespace idnode::ledger
