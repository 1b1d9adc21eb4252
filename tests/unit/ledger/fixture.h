// What tests of the ledger build with, and those of the rooms above it that want entries without
// the registry's rules: requests that say what they want, and a ledger in memory with a clock that
// the test sets.
//
//   MemoryLedger ledger;
//   const Answer answer = ledger.Do(Creates("88.118/A"));
//   ledger.Restart();
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "handle/fold.h"
#include "handle/value.h"
#include "ledger/committer.h"
#include "ledger/project.h"
#include "ledger/request.h"
#include "ledger/rows.h"
#include "store/memory/memory_engine.h"

namespace idnode::ledger {

// 2026-11-18 07:06:40 in UTC, 15:06:40 in China.
inline constexpr std::int64_t kTestTime = 1'794'985'600'000;

// A request id like no other of this process.
inline RequestId NewRequestId() {
  static std::atomic<std::uint32_t> last{0};
  const std::uint32_t number = ++last;
  RequestId id{};
  for (std::size_t i = 0; i < 4; ++i) id.at(15 - i) = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

// The values of a record in wire form: one of type URL with index 1.
inline std::string ValuesOf(std::string_view url, std::uint32_t timestamp = 0) {
  std::string octets = {0, 0, 0, 1};
  handle::EncodeValue({.index = 1, .timestamp = timestamp, .type = "URL", .data = AsBytes(url)}, {},
                      octets);
  return octets;
}

// What somebody wants to have done.
struct Wish {
  EntryKind kind = EntryKind::kCreated;  // kCreated also stands for kRecreated
  std::string identifier;                // or the key of the control object
  std::string content;                   // values in wire form, or the control object
  handle::CasePolicy case_policy = handle::CasePolicy::kFold;
  Request::Origin origin = {.actor = Actor("\1token-7."), .id = NewRequestId()};
};

inline Wish Creates(std::string identifier, std::string values = ValuesOf("https://a.example/")) {
  return {.identifier = std::move(identifier), .content = std::move(values)};
}
inline Wish Updates(std::string identifier, std::string values = ValuesOf("https://b.example/")) {
  return {.kind = EntryKind::kUpdated,
          .identifier = std::move(identifier),
          .content = std::move(values)};
}
inline Wish Deletes(std::string identifier) {
  return {.kind = EntryKind::kDeleted, .identifier = std::move(identifier)};
}
inline Wish PutsControl(std::string key, std::string object,
                        EntryKind kind = EntryKind::kPrefixPut) {
  return {.kind = kind, .identifier = std::move(key), .content = std::move(object)};
}
inline Wish AcceptsClock() {
  Wish wish{.kind = EntryKind::kClockAccepted, .identifier = std::string(kClockKey)};
  wish.origin.accepts_clock = true;
  return wish;
}

// What a test wants to see or do on the commit thread.
struct Hooks {
  std::function<void()> on_decide;                                      // before anything else
  std::function<void(const Answer&)> on_answer = [](const Answer&) {};  // before the future
};

// Does what its wish says, by no other rules than: only what is not there can be created
// (kConflict), only what is there can be updated or deleted (kNotFound), and an expected seq has to
// be the record's (kConflict).
class TestRequest final : public Request {
 public:
  explicit TestRequest(Wish wish, Hooks hooks = {})
      : Request(wish.origin), wish_(std::move(wish)), hooks_(std::move(hooks)) {}

  // The answer. It breaks if the request dies without one; a second one ends the process.
  std::future<Answer> answer() { return promise_.get_future(); }

  Result<Change> Decide(const Overlay& now, const Moment& moment) override {
    if (hooks_.on_decide) hooks_.on_decide();
    Change change{.kind = wish_.kind,
                  .identifier = wish_.identifier,
                  .case_policy = wish_.case_policy,
                  .state = wish_.content};
    if (wish_.kind == EntryKind::kClockAccepted) {
      change.state = EncodeClockAcceptance(moment.wall_ms);
    }
    if (IsControl(wish_.kind)) return change;
    change.prefix = handle::Folded(handle::PrefixOf(wish_.identifier));
    return DecideRecord(now, std::move(change));
  }

  Hash DigestAt(std::int64_t /*time_ms*/) const override {
    const bool is_bare = wish_.kind == EntryKind::kDeleted ||
                         wish_.kind == EntryKind::kClockAccepted ||
                         wish_.kind == EntryKind::kTokenRevoked;
    return RequestDigest({.kind = wish_.kind,
                          .expected_seq = wish_.origin.expected_seq,
                          .identifier = wish_.identifier,
                          .content = is_bare ? std::string_view() : wish_.content});
  }

  std::size_t octets() const noexcept override { return wish_.content.size(); }

  void Done(const Answer& answer) noexcept override {
    hooks_.on_answer(answer);
    promise_.set_value(answer);
  }

 private:
  Result<Change> DecideRecord(const Overlay& now, Change change) const {
    const std::string key = handle::KeyOf(wish_.identifier, wish_.case_policy);
    std::string buffer;
    const Status read = now.Get(store::Family::kRecords, key, buffer);
    if (!read.ok() && read.error().code != Errc::kNotFound) return read.error();
    StateRow row;
    RecordState before;
    if (read.ok()) {
      const Result<StateRow> decoded = DecodeStateRow(buffer);
      if (!decoded.ok()) return decoded.error();
      row = decoded.value();
      const Result<RecordState> state = DecodeRecordState(row.state);
      if (!state.ok()) return state.error();
      before = state.value();
    }
    const bool exists = read.ok() && !before.tombstone();
    const bool creates = wish_.kind == EntryKind::kCreated;
    if (creates && exists) return Error{Errc::kConflict, 0, "exists"};
    if (!creates && !exists) return Error{Errc::kNotFound, 0, "not there"};
    if (wish_.origin.expected_seq.value_or(row.seq) != row.seq) {
      return Error{Errc::kConflict, 0, "expected seq"};
    }
    if (creates && read.ok()) change.kind = EntryKind::kRecreated;
    const bool is_new = creates && !read.ok();
    const std::string no_values(4, '\0');
    const bool deletes = wish_.kind == EntryKind::kDeleted;
    change.state = EncodeRecordState({.flags = deletes ? kTombstone : kAllPublic,
                                      .spelling = !is_new ? before.spelling
                                                  : wish_.identifier == key
                                                      ? std::string_view()
                                                      : std::string_view(wish_.identifier),
                                      .values = deletes ? no_values : wish_.content});
    return change;
  }

  const Wish wish_;
  const Hooks hooks_;
  std::promise<Answer> promise_;
};

inline std::future<Answer> Send(Committer& committer, Wish wish, Hooks hooks = {}) {
  auto request = std::make_unique<TestRequest>(std::move(wish), std::move(hooks));
  std::future<Answer> answer = request->answer();
  committer.Submit(std::move(request));
  return answer;
}

// Sends `wishes` in such a way that they come to the commit thread all at once, not one by one as
// it finds time: a request that wants nothing holds it up until all of them wait.
// REQUIRES: nothing else waits.
inline std::vector<std::future<Answer>> SendTogether(Committer& committer,
                                                     std::vector<Wish> wishes) {
  std::promise<void> all_wait;
  std::promise<void> holds;
  std::once_flag held;
  const auto hold = [&] { std::call_once(held, [&] { holds.set_value(); }); };
  Wish nothing = Deletes("nobody/has this");
  nothing.origin.accepts_clock = true;  // or a clock that is refused would let it pass
  auto doorman = Send(committer, std::move(nothing),
                      {.on_decide =
                           [&] {
                             hold();
                             all_wait.get_future().wait();
                           },
                       .on_answer = [&](const Answer&) { hold(); }});
  holds.get_future().wait();
  std::vector<std::future<Answer>> answers;
  answers.reserve(wishes.size());
  for (Wish& wish : wishes) answers.push_back(Send(committer, std::move(wish)));
  all_wait.set_value();
  (void)doorman.get();
  return answers;
}

// A ledger on a disk in memory. What a test may want to reach is public.
struct MemoryLedger {
  explicit MemoryLedger(Committer::Options committer_options = {},
                        std::vector<CommitListener*> to_tell = {})
      : options(std::move(committer_options)), listeners(std::move(to_tell)) {
    Start();
  }

  void Start() {
    engine = std::make_unique<store::MemoryEngine>(disk);
    auto started = Committer::Start(*engine, clock, nullptr, listeners, options);
    if (!started.ok()) throw std::runtime_error(started.error().what);
    committer = std::move(started).value();
  }
  void Stop() {
    committer.reset();
    engine.reset();
  }
  void Restart() {
    Stop();
    Start();
  }

  Answer Do(Wish wish) const { return Send(*committer, std::move(wish)).get(); }

  // Does it and ends the test unless that works.
  Answer Commit(Wish wish) const {
    const Answer answer = Do(std::move(wish));
    if (answer.kind != Answer::Kind::kCommitted) throw std::runtime_error(answer.error.what);
    return answer;
  }

  ManualClock clock{kTestTime, 1'000'000};
  store::MemoryDisk disk;
  Committer::Options options;
  std::vector<CommitListener*> listeners;
  std::unique_ptr<store::MemoryEngine> engine;
  std::unique_ptr<Committer> committer;
};

}  // namespace idnode::ledger
