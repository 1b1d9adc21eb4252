#include "ledger/committer.h"

#include <utility>

#include "crypto/random.h"
#include "ledger/log.h"

namespace idnode::ledger {
namespace {

using store::Outcome;

// How often a group is put together again before its requests are sent away.
constexpr int kAttempts = 3;

Answer Unavailable(const Error& why) noexcept {
  return {.kind = Answer::Kind::kUnavailable, .error = why};
}

constexpr Error kStopping{Errc::kUnavailable, 0, "the node is stopping"};
constexpr Error kForeignWriter{Errc::kConflict, 0, "another process writes to this store"};
constexpr Error kLogLost{Errc::kCorrupt, 0, "acknowledged entries are missing from the store"};

// What is left of an answer when it is open whether the group was committed. A refusal may have
// rested on what another request of the group did.
Answer WhenUnknown(const Answer& answer, Seq first) noexcept {
  switch (answer.kind) {
    case Answer::Kind::kCommitted:
      return {.kind = Answer::Kind::kOutcomeUnknown};
    case Answer::Kind::kRepeated:
      return answer.seq < first ? answer : Answer{.kind = Answer::Kind::kOutcomeUnknown};
    case Answer::Kind::kRefused:
    case Answer::Kind::kReused:
      return Unavailable({Errc::kUnavailable, 0, "the store failed"});
    default:
      return answer;
  }
}

Status CheckMark(store::MarkFile& mark, const Head& head) {
  const Result<std::uint64_t> marked = mark.Load();
  if (!marked.ok()) return marked.error();
  if (marked.value() > head.seq()) {
    return Error{Errc::kCorrupt, static_cast<std::uint32_t>(marked.value() - head.seq()),
                 "the log is shorter than its mark says: acknowledged entries are missing"};
  }
  return mark.Store(head.seq());
}

}  // namespace

Result<std::unique_ptr<Committer>> Committer::Start(store::Engine& engine, const Clock& clock,
                                                    store::MarkFile* mark,
                                                    std::vector<CommitListener*> listeners,
                                                    const Options& options) {
  Result<StoredHead> stored = ReadStoredHead(engine);
  if (!stored.ok()) return stored.error();
  if (mark != nullptr) {
    const Status checked = CheckMark(*mark, stored.value().head);
    if (!checked.ok()) return checked.error();
  }
  std::unique_ptr<Committer> committer(
      new Committer(engine, clock, mark, std::move(listeners), options));
  committer->Begin(std::move(stored).value());
  return committer;
}

Committer::Committer(store::Engine& engine, const Clock& clock, store::MarkFile* mark,
                     std::vector<CommitListener*> listeners, const Options& options)
    : engine_(engine),
      mark_(mark),
      listeners_(std::move(listeners)),
      options_(options),
      clock_(clock),
      shown_clock_(clock_) {}

void Committer::Begin(StoredHead stored) {
  SetState(std::move(stored.head), std::move(stored.octets));
  ++head_.epoch;
  thread_ = std::thread([this] { Run(); });
}

Committer::~Committer() { Stop(); }

void Committer::Submit(std::unique_ptr<Request> request) {
  const std::optional<Answer> refusal = Enqueue(request);
  if (refusal.has_value()) {
    request->Done(*refusal);
  } else {
    wake_.notify_one();
  }
}

std::optional<Answer> Committer::Enqueue(std::unique_ptr<Request>& request) {
  const std::scoped_lock lock(mutex_);
  if (stopping_) return Unavailable(kStopping);
  const std::size_t octets = request->octets();
  const bool has_room = queue_.size() < options_.queue_requests &&
                        (queue_.empty() || queued_octets_ + octets <= options_.queue_octets);
  if (!has_room) return Answer{.kind = Answer::Kind::kBusy};
  queue_.push_back(std::move(request));
  queued_octets_ += octets;
  return std::nullopt;
}

void Committer::Stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  // A second caller waits for the first.
  std::call_once(joined_, [this] {
    if (thread_.joinable()) thread_.join();
  });
}

Committer::State Committer::state() const {
  const std::scoped_lock lock(mutex_);
  State state{.head = shown_head_};
  const Result<Moment> moment = shown_clock_.Next(shown_head_);
  if (!moment.ok()) state.refusal = moment.error();
  if (shown_failure_.has_value()) state.refusal = *shown_failure_;
  if (stopping_) state.refusal = kStopping;
  state.accepts_writes = moment.ok() && !shown_failure_.has_value() && !stopping_;
  return state;
}

void Committer::Run() {
  Requests requests;
  while (Take(requests)) {
    if (failure_.has_value() && std::chrono::steady_clock::now() >= next_attempt_) (void)Reopen();
    while (!requests.empty()) Serve(requests);
  }
}

// Waits for requests and takes them all. False: nothing waits, and nothing will come. A failed
// engine ends the wait from time to time, so that it is opened again whether somebody asks or not.
bool Committer::Take(Requests& requests) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return stopping_ || !queue_.empty(); };
  if (failure_.has_value()) {
    wake_.wait_for(lock, options_.retry, ready);
  } else {
    wake_.wait(lock, ready);
  }
  requests.swap(queue_);
  queued_octets_ = 0;
  return !(stopping_ && requests.empty());
}

void Committer::Serve(Requests& requests) {
  Answer instead = Unavailable({Errc::kUnavailable, 0, "the store changed under every attempt"});
  for (int attempt = 0; attempt < kAttempts && !failure_.has_value(); ++attempt) {
    Group group(engine_, head_, clock_, options_.shard);
    std::size_t count = 0;
    while (count < requests.size() && group.Add(*requests[count], options_.group)) ++count;

    const Seq first = head_.seq();
    const Outcome outcome = group.entries().empty() ? Outcome::kCommitted : Commit(group);
    if (outcome != Outcome::kCommitted) memory_.Reset();
    if (outcome == Outcome::kStale) continue;
    for (std::size_t i = 0; i < count; ++i) {
      const Answer& answer = group.answers()[i];
      requests.front()->Done(outcome == Outcome::kCommitted ? answer : WhenUnknown(answer, first));
      requests.pop_front();
    }
    return;
  }
  if (failure_.has_value()) instead = Unavailable(*failure_);
  for (const std::unique_ptr<Request>& request : requests) request->Done(instead);
  requests.clear();
}

Outcome Committer::Commit(Group& group) {
  Group::Commit commit = group.Finish(memory_);
  const Result<Outcome> committed =
      engine_.Commit(stored_head_, commit.next_head, commit.puts, commit.erases);
  if (!committed.ok()) {  // which leaves everything as it was
    Fail(committed.error());
    if (committed.error().code == Errc::kUnavailable) (void)Reopen();
    return Outcome::kStale;
  }
  Outcome outcome = committed.value();
  if (outcome == Outcome::kUnknown) outcome = Settle(group.head().nonce);
  if (outcome == Outcome::kCommitted) Publish(group, std::move(commit.next_head));
  if (outcome == Outcome::kUnknown) open_ = {.nonce = group.head().nonce, .clock = group.clock()};
  if (outcome == Outcome::kStale) {
    if (const Status resumed = Resume(); !resumed.ok()) Fail(resumed.error());
  }
  return outcome;
}

// After kUnknown: kCommitted, or kStale when it is certain that nothing was and nothing will be
// changed, or kUnknown when not even that is known.
Outcome Committer::Settle(const WriterNonce& nonce) {
  if (!Reopen().ok()) return Outcome::kUnknown;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const Result<StoredHead> stored = ReadStoredHead(engine_);
    if (!stored.ok()) break;
    if (stored.value().head.nonce == nonce) return Outcome::kCommitted;
    if (stored.value().octets != stored_head_) break;
    // Not yet. Once this fence is there, a commit that is still under way comes too late.
    Head fence = head_;
    crypto::FillRandom(fence.nonce);
    std::string next = EncodeHead(fence);
    const Result<Outcome> fenced = engine_.Commit(stored_head_, next, {}, {});
    if (!fenced.ok() || fenced.value() == Outcome::kUnknown) break;
    if (fenced.value() == Outcome::kCommitted) {
      SetState(std::move(fence), std::move(next));
      return Outcome::kStale;
    }
  }
  Fail({Errc::kUnavailable, 0, "the store does not settle a commit"});
  return Outcome::kUnknown;
}

// Opens the engine again. If it had failed, goes on from what it holds.
Status Committer::Reopen() {
  next_attempt_ = std::chrono::steady_clock::now() + options_.retry;
  Status status = engine_.Reopen();
  if (status.ok() && failure_.has_value()) status = Resume();  // or Settle() looks for itself
  if (!status.ok()) Fail(status.error());
  return status;
}

// Goes on from what the engine holds. That may be more than anybody was told, but never less: then
// the store has lost what was acknowledged, and writing on would hide it.
Status Committer::Resume() {
  Result<StoredHead> read = ReadStoredHead(engine_);
  if (!read.ok()) return read.error();
  auto [head, octets] = std::move(read).value();
  if (head.epoch > head_.epoch) return kForeignWriter;
  const bool is_ours = head.seq() > head_.seq() || head.tree == head_.tree;
  if (!is_ours) return kLogLost;
  if (open_.has_value() && head.nonce == open_->nonce) clock_ = open_->clock;
  open_.reset();
  failure_.reset();
  head.epoch = head_.epoch;
  SetState(std::move(head), std::move(octets));
  Tell({});
  return {};
}

void Committer::Publish(const Group& group, std::string stored_head) {
  clock_ = group.clock();
  SetState(group.head(), std::move(stored_head));
  Tell(group.entries());
}

void Committer::Tell(std::span<const Entry> entries) {
  // A mark that cannot be written only notices less at the next start; the entries are synced.
  if (mark_ != nullptr) (void)mark_->Store(head_.seq());
  for (CommitListener* listener : listeners_) listener->OnCommit(head_, entries);
}

void Committer::Fail(const Error& why) {
  failure_ = why;
  const std::scoped_lock lock(mutex_);
  shown_failure_ = why;
}

void Committer::SetState(Head head, std::string stored_head) {
  head_ = std::move(head);
  stored_head_ = std::move(stored_head);
  const std::scoped_lock lock(mutex_);
  shown_head_ = head_;
  shown_clock_ = clock_;
  shown_failure_ = failure_;
}

}  // namespace idnode::ledger
