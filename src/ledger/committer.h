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
// again.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
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

class Committer {
 public:
  struct Options {
    std::uint32_t shard = 0;
    // That wait, besides those that the commit thread has taken; more are "busy". One alone always
    // has room.
    std::size_t queue_requests = 8'192;
    std::size_t queue_octets = std::size_t{64} << 20;
    Group::Limits group;
    std::chrono::milliseconds retry{1'000};  // between attempts to open a failed engine again
  };

  // Where writing stands.
  struct State {
    Head head;
    bool accepts_writes = true;
    Error refusal{Errc::kUnavailable};  // why not
  };

  // Goes on from what is stored. `engine`, `clock`, `mark` and the listeners must outlive the
  // committer; without a `mark` none is kept, for tests. Starts the commit thread.
  // Errors: kCorrupt   the head is behind the mark: something acknowledged is missing; or the head
  //                    does not read
  //         kTooLarge  a newer layout; `detail` is its version
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
  using Requests = std::deque<std::unique_ptr<Request>>;

  // A commit whose outcome is still open, and the clock rule that holds if it was committed.
  struct OpenCommit {
    WriterNonce nonce;
    ClockRule clock;
  };

  Committer(store::Engine& engine, const Clock& clock, store::MarkFile* mark,
            std::vector<CommitListener*> listeners, const Options& options);

  // Goes on from `stored`: starts the commit thread.
  void Begin(StoredHead stored);
  // Takes `request` over, or says why not.
  std::optional<Answer> Enqueue(std::unique_ptr<Request>& request);
  void Run();
  bool Take(Requests& requests);
  // Answers some of `requests`, from the front, at least one, and takes them out.
  void Serve(Requests& requests);
  // kStale: nothing was changed, the group has to be put together again.
  store::Outcome Commit(Group& group);
  store::Outcome Settle(const WriterNonce& nonce);
  Status Reopen();
  Status Resume();
  void Publish(const Group& group, std::string stored_head);
  void Tell(std::span<const Entry> entries);
  void Fail(const Error& why);
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
  std::optional<Error> failure_;  // of the engine: no writes until it was opened again
  std::optional<OpenCommit> open_;
  std::chrono::steady_clock::time_point next_attempt_;

  // Under the mutex.
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Requests queue_;
  std::size_t queued_octets_ = 0;
  bool stopping_ = false;
  Head shown_head_;  // copies of the commit thread's, for state()
  ClockRule shown_clock_;
  std::optional<Error> shown_failure_;

  std::once_flag joined_;
  std::thread thread_;  // last: everything above is ready when it starts
};

}  // namespace idnode::ledger
