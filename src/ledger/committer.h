// The committer: the one writer of a shard.
//
//   Submit()  any thread     a bounded queue; full means "busy" at once
//   take      commit thread  whatever waits, up to the limits of a group
//   decide    commit thread  each request in order, against the store and what the group changed
//   commit    commit thread  one engine commit, synced
//   mark      commit thread  how long the log is now, outside the engine
//   tell      commit thread  the listeners: caches, control state, feed
//   answer    commit thread  every request
//
// So "committed" means synced, noted and visible. A commit whose outcome is unknown is settled by
// opening the engine again; while that fails, writes are refused, reads go on, and it is tried
// again, less and less often. Where trying cannot help, because the store is damaged, has lost
// entries or has another writer, it is left alone: writes are refused until a restart.
//
// Memory that runs out while a request is decided fails that request. From the commit on it ends
// the process: then nobody could say any more what was committed and who was told.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "ledger/clock_rule.h"
#include "ledger/group.h"
#include "ledger/head.h"
#include "ledger/log.h"
#include "ledger/request.h"
#include "store/engine.h"
#include "store/mark_file.h"

namespace idnode::ledger {

// Learns of every commit, before anybody is answered. The commit thread.
class CommitListener {
 public:
  virtual ~CommitListener() = default;

  // `entries` were committed; `head` is the new one. Must be quick: every writer waits. An empty
  // `entries` says that the store may hold entries that nobody was told of: it was opened again, or
  // somebody else has written.
  virtual void OnCommit(const Head& head, std::span<const Entry> entries) noexcept = 0;
};

// Whether a log of `head` may be gone on from where `marked` entries have been acknowledged. Error:
// kConflict, it is shorter; `detail` is how many are missing.
Status CheckMark(std::uint64_t marked, const Head& head);

class Committer {
 public:
  // What an operator should know.
  struct Notice {
    bool is_trouble = true;  // or the end of it
    std::string text;
  };

  struct Options {
    std::uint32_t shard = 0;
    // Accepted and not answered, those under way included; more are "busy". One that has all the
    // octets to itself always has room.
    std::size_t queue_requests = 8'192;
    std::size_t queue_octets = std::size_t{64} << 20;
    Group::Limits group;

    // Until a failed engine is opened again: the first time, and, doubled each time, at most.
    std::chrono::milliseconds retry{1'000};
    std::chrono::milliseconds longest_retry{60'000};

    // Told, in words for the operator, when writing stops (why, and what happens next) or goes on,
    // and the same of the mark; and of the first damaged entry that it comes by. Only when that
    // changes. On the commit thread; must not block.
    std::function<void(const Notice&)> report;
  };

  // Where writing stands.
  struct State {
    Head head;
    bool accepts_writes = true;
    Error refusal{Errc::kUnavailable};  // why not
  };

  // Goes on from what is stored. `engine`, `clock`, `mark` and the listeners must outlive the
  // committer; without a `mark` none is kept, for tests. Starts the commit thread.
  // Errors: kConflict  the head is behind the mark: something acknowledged is missing; `detail` is
  //                    how many entries
  //         kCorrupt   the head does not read, and `detail` is the octet; or the mark
  //         kTooLarge  a newer layout; `detail` is its version
  //         kUnavailable, kInternal, kDenied  `detail` is the errno: the store does not answer, the
  //                    mark cannot be written, or there is no room for another thread
  static Result<std::unique_ptr<Committer>> Start(store::Engine& engine, const Clock& clock,
                                                  store::MarkFile* mark,
                                                  std::vector<CommitListener*> listeners,
                                                  const Options& options);
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;
  ~Committer();  // Stop()

  // Hands a request over. Its Done() is called exactly once, perhaps before this returns. Any
  // thread.
  void Submit(std::unique_ptr<Request> request);

  // Answers what waits, then ends the thread; later requests are refused. Any thread but the commit
  // thread; a second call waits for the first.
  void Stop();

  // Any thread. The clock is looked at anew.
  State state() const;

 private:
  struct Waiting {
    std::unique_ptr<Request> request;
    std::size_t octets;  // when it came; it may give some away
  };
  using Requests = std::deque<Waiting>;

  // What came of a group.
  enum class Step : std::uint8_t {
    kDone,     // its answers hold
    kAgain,    // nothing was changed; put it together again
    kFailed,   // nothing was changed, and failure_ says why
    kUnknown,  // it was committed or not
  };

  // What ends a failure: opening the engine again, in the end, or only a restart.
  enum class Lasts : std::uint8_t { kUntilReopened, kForGood };

  // A commit whose outcome is still open, and the clock rule that holds if it was committed.
  struct OpenCommit {
    WriterNonce nonce;
    ClockRule clock;
  };

  Committer(store::Engine& engine, const Clock& clock, store::MarkFile* mark,
            std::vector<CommitListener*> listeners, const Options& options);

  // Goes on from `stored`: starts the commit thread.
  Status Begin(StoredHead stored);
  // Takes `request` over, or says why not.
  std::optional<Answer> Enqueue(std::unique_ptr<Request>& request);
  void Run();
  bool Take(Requests& requests);
  // Answers some of `requests`, from the front, at least one, and takes them out.
  void Serve(Requests& requests);
  // Decides requests from the front. Nothing: there was no memory for one, which was sent away.
  std::optional<Group> Gather(Requests& requests);
  // Answers `requests[position]` and takes it out.
  void Reply(Requests& requests, std::size_t position, const Answer& answer) noexcept;
  // Ends the process where it runs out of memory.
  Step Commit(Group& group) noexcept;
  Step Settle(const WriterNonce& nonce);
  bool Reopen();
  bool Recover();
  bool Resume();
  Status TakeOver();
  void Publish(const Group& group, std::string stored_head);
  void Tell(std::span<const Entry> entries);
  void KeepMark();
  void TellOfDamage();
  static Lasts Lasting(const Error& why) noexcept;
  void Fail(const Error& why, Lasts lasts);
  void Report(bool is_trouble, std::string text) const;
  void SetState(Head head, std::string stored_head);

  store::Engine& engine_;
  store::MarkFile* const mark_;
  const std::vector<CommitListener*> listeners_;
  const Options options_;

  // The commit thread's.
  ClockRule clock_;
  RequestMemory memory_;
  Head head_;
  std::string stored_head_;       // head_ in the octets that the engine holds
  std::optional<Error> failure_;  // of the engine: no writes while there is one
  std::optional<Error> trouble_;  // that the requests being served have met; over for the moment
  std::optional<OpenCommit> open_;
  std::optional<std::chrono::steady_clock::time_point> next_attempt_;  // to open it, if ever
  std::chrono::milliseconds wait_;                                     // before the next but one
  bool mark_is_kept_ = true;
  bool damage_is_told_ = false;

  // Under the mutex.
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Requests queue_;
  std::size_t unanswered_ = 0;  // in the queue or taken out of it
  std::size_t unanswered_octets_ = 0;
  bool stopping_ = false;
  Head shown_head_;  // copies of the commit thread's, for state()
  ClockRule shown_clock_;
  std::optional<Error> shown_failure_;

  std::once_flag joined_;
  std::thread thread_;  // last: everything above is ready when it starts
};

}  // namespace idnode::ledger
