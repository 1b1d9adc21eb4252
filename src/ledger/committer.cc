#include "ledger/committer.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/error_words.h"
#include "crypto/random.h"
#include "ledger/log.h"

namespace idnode::ledger {
namespace {

using store::Outcome;

// How often a group is put together again before its requests are sent away.
constexpr int kAttempts = 3;

// Whatever it is that keeps the node from writing, to a caller it is "not now".
Answer Unavailable(const Error& why) noexcept {
  return {.kind = Answer::Kind::kUnavailable, .error = {Errc::kUnavailable, why.detail, why.what}};
}

constexpr Error kStopping{Errc::kUnavailable, 0, "the node is stopping"};
constexpr Error kForeignWriter{Errc::kConflict, 0, "another process writes to this store"};
constexpr Error kWriteFailed{Errc::kUnavailable, 0, "the store failed"};
constexpr Error kNoMemory{Errc::kUnavailable, 0, "out of memory"};
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
      return Unavailable(kWriteFailed);
    default:
      return answer;
  }
}

}  // namespace

Status CheckMark(std::uint64_t marked, const Head& head) {
  if (marked <= head.seq()) return {};
  return Error{
      Errc::kConflict,
      static_cast<std::uint32_t>(std::min<std::uint64_t>(marked - head.seq(), ~std::uint32_t{0})),
      "the log is shorter than its mark says: acknowledged entries are missing"};
}

Result<std::unique_ptr<Committer>> Committer::Start(store::Engine& engine, const Clock& clock,
                                                    store::MarkFile* mark,
                                                    std::vector<CommitListener*> listeners,
                                                    const Options& options) {
  Result<StoredHead> stored = ReadStoredHead(engine);
  if (!stored.ok()) return stored.error();
  if (mark != nullptr) {
    const Result<std::uint64_t> marked = mark->Load();
    if (!marked.ok()) return marked.error();
    const Status checked = CheckMark(marked.value(), stored.value().head);
    if (!checked.ok()) return checked.error();
    const Status kept = mark->Store(stored.value().head.seq());
    if (!kept.ok()) return kept.error();
  }
  std::unique_ptr<Committer> committer(
      new Committer(engine, clock, mark, std::move(listeners), options));
  if (const Status begun = committer->Begin(std::move(stored).value()); !begun.ok()) {
    return begun.error();
  }
  return committer;
}

Committer::Committer(store::Engine& engine, const Clock& clock, store::MarkFile* mark,
                     std::vector<CommitListener*> listeners, const Options& options)
    : engine_(engine),
      mark_(mark),
      listeners_(std::move(listeners)),
      options_(options),
      clock_(clock),
      wait_(options.retry),
      shown_clock_(clock_) {}

Status Committer::Begin(StoredHead stored) {
  SetState(std::move(stored.head), std::move(stored.octets));
  ++head_.epoch;
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    return Error{Errc::kUnavailable, static_cast<std::uint32_t>(error.code().value()),
                 "the commit thread cannot be started"};
  }
  return {};
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
  const bool has_room =
      unanswered_ < options_.queue_requests &&
      (unanswered_octets_ == 0 || unanswered_octets_ + octets <= options_.queue_octets);
  if (!has_room) return Answer{.kind = Answer::Kind::kBusy};
  try {
    queue_.emplace_back();
  } catch (const std::bad_alloc&) {
    return Answer{.kind = Answer::Kind::kBusy};
  }
  queue_.back() = {.request = std::move(request), .octets = octets};
  ++unanswered_;
  unanswered_octets_ += octets;
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
    if (next_attempt_.has_value() && std::chrono::steady_clock::now() >= *next_attempt_) {
      wait_ = std::min(2 * wait_, options_.longest_retry);
      (void)Recover();
    }
    while (!requests.empty()) Serve(requests);
  }
}

// Waits for requests and takes them all. False: nothing waits, and nothing will come. A failed
// engine ends the wait from time to time, so that it is opened again whether somebody asks or not.
bool Committer::Take(Requests& requests) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return stopping_ || !queue_.empty(); };
  if (next_attempt_.has_value()) {
    wake_.wait_until(lock, *next_attempt_, ready);
  } else {
    wake_.wait(lock, ready);
  }
  requests.swap(queue_);
  return !(stopping_ && requests.empty());
}

void Committer::Serve(Requests& requests) {
  trouble_.reset();
  for (int attempt = 0; attempt < kAttempts && !failure_.has_value(); ++attempt) {
    std::optional<Group> group = Gather(requests);
    if (!group.has_value()) return;
    const Seq first = head_.seq();
    const Step step = group->entries().empty() ? Step::kDone : Commit(*group);
    if (step != Step::kDone) memory_.Reset();
    if (step == Step::kAgain) continue;
    if (step == Step::kFailed) break;
    for (const Answer& answer : group->answers()) {
      Reply(requests, 0, step == Step::kDone ? answer : WhenUnknown(answer, first));
    }
    return;
  }
  // Opening it again helps for a moment and not for a commit.
  if (!failure_.has_value() && trouble_.has_value()) Fail(*trouble_, Lasts::kUntilReopened);
  const Answer instead = Unavailable(
      failure_.value_or(Error{Errc::kUnavailable, 0, "the store changed under every attempt"}));
  while (!requests.empty()) Reply(requests, 0, instead);
}

std::optional<Group> Committer::Gather(Requests& requests) {
  std::size_t count = 0;
  try {
    Group group(engine_, head_, clock_, options_.shard);
    while (count < requests.size() && group.Add(*requests[count].request, options_.group)) ++count;
    return group;
  } catch (const std::bad_alloc&) {
    // What the group has taken in of this one cannot be taken out of it again, so it goes, too. The
    // others are decided anew.
    Reply(requests, count, Unavailable(kNoMemory));
    return std::nullopt;
  }
}

void Committer::Reply(Requests& requests, std::size_t position, const Answer& answer) noexcept {
  const auto at = requests.begin() + static_cast<Requests::difference_type>(position);
  const Waiting one = std::move(*at);
  requests.erase(at);
  {
    const std::scoped_lock lock(mutex_);
    --unanswered_;
    unanswered_octets_ -= one.octets;
  }
  one.request->Done(answer);
}

Committer::Step Committer::Commit(Group& group) noexcept {
  Group::Commit commit = group.Finish(memory_);
  const Result<Outcome> committed =
      engine_.Commit(stored_head_, commit.next_head, commit.puts, commit.erases);
  if (!committed.ok()) {  // which leaves everything as it was
    trouble_ = committed.error();
    Fail(committed.error(), Lasts::kUntilReopened);
    return Recover() ? Step::kAgain : Step::kFailed;
  }
  Step step = Step::kDone;
  if (committed.value() == Outcome::kStale) step = Step::kAgain;
  if (committed.value() == Outcome::kUnknown) step = Settle(group.head().nonce);
  if (step == Step::kDone) {
    Publish(group, std::move(commit.next_head));
    TellOfDamage();
  }
  if (step == Step::kUnknown) open_ = {.nonce = group.head().nonce, .clock = group.clock()};
  if (step == Step::kAgain && !Resume()) return Step::kFailed;
  return step;
}

// After kUnknown: kDone; or kAgain, when it is certain that nothing was and nothing will be
// changed; or kUnknown, when not even that is known, and then the engine has failed.
Committer::Step Committer::Settle(const WriterNonce& nonce) {
  if (!Reopen()) return Step::kUnknown;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const Result<StoredHead> stored = ReadStoredHead(engine_);
    if (!stored.ok()) break;
    if (stored.value().head.nonce == nonce) return Step::kDone;
    // Not yet. Once this fence is there, a commit that is still under way comes too late.
    Head fence = head_;
    crypto::FillRandom(fence.nonce);
    const Result<Outcome> fenced = engine_.Commit(stored_head_, EncodeHead(fence), {}, {});
    if (!fenced.ok() || fenced.value() == Outcome::kUnknown) break;
    if (fenced.value() == Outcome::kCommitted) {
      trouble_ = kWriteFailed;
      return Step::kAgain;
    }
  }
  Fail({Errc::kUnavailable, 0, "the store does not settle a commit"}, Lasts::kUntilReopened);
  return Step::kUnknown;
}

// Of what came of opening the engine again: whether doing that once more could help.
Committer::Lasts Committer::Lasting(const Error& why) noexcept {
  return why.code == Errc::kUnavailable ? Lasts::kUntilReopened : Lasts::kForGood;
}

// Opens the engine again.
bool Committer::Reopen() {
  const Status reopened = engine_.Reopen();
  if (!reopened.ok()) Fail(reopened.error(), Lasting(reopened.error()));
  return reopened.ok();
}

// Opens the engine again and goes on from what it holds.
bool Committer::Recover() { return Reopen() && Resume(); }

// Goes on from what the engine holds.
bool Committer::Resume() {
  const Status taken = TakeOver();
  if (!taken.ok()) Fail(taken.error(), Lasting(taken.error()));
  return taken.ok();
}

// What the engine holds may be more than anybody was told, but never less: then the store has lost
// what was acknowledged, and writing on would hide it.
Status Committer::TakeOver() {
  Result<StoredHead> read = ReadStoredHead(engine_);
  if (!read.ok()) return read.error();
  auto [head, octets] = std::move(read).value();
  if (head.epoch > head_.epoch) return kForeignWriter;
  const bool is_ours = head.seq() > head_.seq() || head.tree == head_.tree;
  if (!is_ours) return kLogLost;
  if (open_.has_value() && head.nonce == open_->nonce) {
    clock_ = open_->clock;
    open_.reset();
  }
  if (failure_.has_value()) Report(false, "changes are taken again");
  failure_.reset();
  next_attempt_.reset();
  head.epoch = head_.epoch;
  SetState(std::move(head), std::move(octets));
  Tell({});
  return {};
}

void Committer::Publish(const Group& group, std::string stored_head) {
  clock_ = group.clock();
  open_.reset();  // or it comes too late
  wait_ = options_.retry;
  SetState(group.head(), std::move(stored_head));
  Tell(group.entries());
}

void Committer::Tell(std::span<const Entry> entries) {
  KeepMark();
  for (CommitListener* listener : listeners_) listener->OnCommit(head_, entries);
}

// A mark that cannot be written only notices less at the next start; the entries are synced.
void Committer::KeepMark() {
  if (mark_ == nullptr) return;
  const Status stored = mark_->Store(head_.seq());
  if (stored.ok() == mark_is_kept_) return;
  mark_is_kept_ = stored.ok();
  Report(!mark_is_kept_, mark_is_kept_
                             ? "the mark is kept again"
                             : "the mark cannot be kept: " + InWords(stored.error()) +
                                   "; changes go on, but a log that came back shorter would not be "
                                   "noticed at the next start");
}

// Once, or a damaged disk would fill the log.
void Committer::TellOfDamage() {
  if (damage_is_told_ || memory_.passed_over() == 0) return;
  damage_is_told_ = true;
  Report(true, "entry " + std::to_string(memory_.last_passed_over()) +
                   " is damaged: its request id is never forgotten, nor are those of others like "
                   "it, which are not told; find them with idnodectl audit verify");
}

// No writes from now on.
void Committer::Fail(const Error& why, Lasts lasts) {
  const bool is_news = !failure_.has_value() || failure_->code != why.code ||
                       failure_->detail != why.detail || failure_->what != why.what;
  const bool is_for_good = lasts == Lasts::kForGood;
  failure_ = why;
  next_attempt_.reset();
  if (!is_for_good) next_attempt_ = std::chrono::steady_clock::now() + wait_;
  {
    const std::scoped_lock lock(mutex_);
    shown_failure_ = why;
  }
  if (!is_news) return;
  Report(true, "changes are refused: " + InWords(why) +
                   (is_for_good ? "; reads go on, and nothing is tried again: stop the node, see "
                                  "to the store, and start it again; the start says what it finds"
                                : "; reads go on, and the store is opened again until that works"));
}

void Committer::Report(bool is_trouble, std::string text) const {
  if (options_.report) options_.report({.is_trouble = is_trouble, .text = std::move(text)});
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
