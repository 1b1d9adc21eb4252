// Makes logs through a real committer, for tests and benchmarks of what reads them.
#pragma once

#include <array>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/big_endian.h"
#include "base/clock.h"
#include "base/writer.h"
#include "ledger/committer.h"
#include "ledger/project.h"
#include "ledger/rows.h"

namespace idnode::ledger {

// One change asked for; the rules are the registry's, in short.
class BuilderRequest final : public Request {
 public:
  enum class What : std::uint8_t { kRegister, kUpdate, kDelete, kControl };

  struct Asked {
    What what = What::kRegister;
    EntryKind control = EntryKind::kPrefixPut;  // kControl
    std::string identifier;
    std::string content;  // values, or the control object
    handle::CasePolicy case_policy = handle::CasePolicy::kFold;
  };

  BuilderRequest(Origin origin, Asked asked, std::function<void(const Answer&)> done)
      : Request(std::move(origin)), asked_(std::move(asked)), done_(std::move(done)) {}

  Result<Change> Decide(const Overlay& now, const Moment& moment) override {
    if (asked_.what == What::kControl) {
      const bool clock = asked_.control == EntryKind::kClockAccepted;
      return Change{.kind = asked_.control,
                    .identifier = asked_.identifier,
                    .state = clock ? EncodeClockAcceptance(moment.wall_ms) : asked_.content};
    }
    Change change{.prefix = handle::Folded(handle::PrefixOf(asked_.identifier)),
                  .identifier = asked_.identifier,
                  .case_policy = asked_.case_policy};
    const std::string key = handle::KeyOf(asked_.identifier, asked_.case_policy);
    std::string value;
    std::string spelling = key == asked_.identifier ? "" : asked_.identifier;
    bool tombstone = false;
    const bool is_new = !now.Get(store::Family::kRecords, key, value).ok();
    if (!is_new) {
      const RecordState state = DecodeRecordState(DecodeStateRow(value).value().state).value();
      spelling = state.spelling;
      tombstone = state.tombstone();
    }
    const bool exists = !is_new && !tombstone;
    if (exists == (asked_.what == What::kRegister)) return Error{Errc::kConflict, 0, "identifier"};
    change.kind = KindOf(tombstone);
    const std::string values = asked_.what == What::kDelete ? std::string(4, '\0') : asked_.content;
    change.state =
        EncodeRecordState({.flags = asked_.what == What::kDelete ? kTombstone : kAllPublic,
                           .spelling = spelling,
                           .values = values});
    return change;
  }

  Hash DigestAt(std::int64_t /*time_ms*/) const override {
    const bool made_by_node = asked_.what == What::kDelete ||
                              asked_.control == EntryKind::kClockAccepted ||
                              asked_.control == EntryKind::kTokenRevoked;
    return RequestDigest(
        {.kind = asked_.what == What::kControl ? asked_.control : KindOf(false),
         .identifier = asked_.identifier,
         .content = made_by_node ? std::string_view() : std::string_view(asked_.content)});
  }

  void Done(const Answer& answer) noexcept override { done_(answer); }

 private:
  EntryKind KindOf(bool tombstone) const noexcept {
    if (asked_.what == What::kUpdate) return EntryKind::kUpdated;
    if (asked_.what == What::kDelete) return EntryKind::kDeleted;
    return tombstone ? EntryKind::kRecreated : EntryKind::kCreated;
  }

  const Asked asked_;
  const std::function<void(const Answer&)> done_;
};

// One thread. Every call waits until it is answered, except those between Together() and its end.
class LogBuilder {
 public:
  // All must outlive the builder.
  LogBuilder(store::Engine& engine, const Clock& clock, store::MarkFile* mark = nullptr) {
    auto started = Committer::Start(engine, clock, mark, {}, {});
    if (!started.ok()) throw std::runtime_error(started.error().what);
    committer_ = std::move(started).value();
  }
  LogBuilder(const LogBuilder&) = delete;
  LogBuilder& operator=(const LogBuilder&) = delete;
  ~LogBuilder() { Wait(0); }

  using Kind = BuilderRequest::What;

  Answer Register(const std::string& identifier, std::string_view data = "value") {
    return Ask({.what = Kind::kRegister, .identifier = identifier, .content = Values(data)});
  }
  Answer Update(const std::string& identifier, std::string_view data = "other") {
    return Ask({.what = Kind::kUpdate, .identifier = identifier, .content = Values(data)});
  }
  Answer Delete(const std::string& identifier) {
    return Ask({.what = Kind::kDelete, .identifier = identifier});
  }
  Answer Control(EntryKind kind, const std::string& key, const std::string& object = {}) {
    return Ask({.what = Kind::kControl, .control = kind, .identifier = key, .content = object});
  }
  Answer AcceptClock() { return Control(EntryKind::kClockAccepted, std::string(kClockKey)); }

  // How the following requests come in.
  void Through(Channel channel) noexcept { channel_ = channel; }
  void As(handle::CasePolicy policy) noexcept { case_policy_ = policy; }
  void UseId(std::uint64_t id) noexcept { next_id_ = id; }

  // Hands requests over without waiting for each, so that they share commits: for large logs.
  void Together(const std::function<void()>& ask) {
    waits_ = false;
    ask();
    waits_ = true;
    Wait(0);
  }

  Committer& committer() noexcept { return *committer_; }

 private:
  static constexpr std::size_t kUnderWay = 4'000;  // less than fit into the queue

  // One value of type URL, as it is stored: a count, then index, time to live and so on.
  static std::string Values(std::string_view data) {
    std::string out;
    TextWriter writer(out);
    writer.U32(1);
    writer.U32(1);          // index
    writer.U32(1'000'000);  // timestamp
    writer.U8(0);           // kind of time to live
    writer.U32(86'400);     // time to live
    writer.U8(0x0E);        // permissions
    writer.Block(AsBytes("URL"));
    writer.Block(AsBytes(data));
    writer.U32(0);  // references
    return out;
  }

  Answer Ask(BuilderRequest::Asked asked) {
    asked.case_policy = case_policy_;
    Request::Origin origin{.actor = std::string("\1") + "tokenid8",
                           .channel = channel_,
                           .accepts_clock = asked.control == EntryKind::kClockAccepted};
    StoreBigEndian(next_id_++, origin.id.data());
    {
      const std::scoped_lock lock(mutex_);
      ++under_way_;
    }
    committer_->Submit(std::make_unique<BuilderRequest>(
        std::move(origin), std::move(asked), [this](const Answer& answer) { Take(answer); }));
    Wait(waits_ ? 0 : kUnderWay);
    const std::scoped_lock lock(mutex_);
    return answer_;
  }

  void Take(const Answer& answer) {
    const std::scoped_lock lock(mutex_);
    answer_ = answer;
    --under_way_;
    answered_.notify_one();
  }

  void Wait(std::size_t under_way) {
    std::unique_lock lock(mutex_);
    answered_.wait(lock, [&] { return under_way_ <= under_way; });
  }

  Channel channel_ = Channel::kGrpc;
  handle::CasePolicy case_policy_ = handle::CasePolicy::kFold;
  std::uint64_t next_id_ = 1;
  bool waits_ = true;

  std::mutex mutex_;
  std::condition_variable answered_;
  std::size_t under_way_ = 0;
  Answer answer_;

  std::unique_ptr<Committer> committer_;  // last: it answers until it is gone
};

}  // namespace idnode::ledger
