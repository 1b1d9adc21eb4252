// A small log in which everything happens once.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/clock.h"
#include "ledger/committer.h"
#include "ledger/fixture.h"
#include "store/engine.h"
#include "store/mark_file.h"

namespace idnode::audit {

inline constexpr std::int64_t kStartMs = 1'772'294'400'000;  // 2026-03-01 00:00 in China
inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;

// Writes to an engine, one change after the other. One thread.
class LogWriter {
 public:
  // All must outlive the writer.
  LogWriter(store::Engine& engine, const Clock& clock, store::MarkFile* mark = nullptr) {
    auto started = ledger::Committer::Start(engine, clock, mark, {}, {});
    if (!started.ok()) throw std::runtime_error(started.error().what);
    committer_ = std::move(started).value();
  }

  // Does it and ends the test unless that works.
  ledger::Answer Do(ledger::Wish wish) {
    wish.origin.channel = channel;
    if (id != 0) wish.origin.id = IdOf(std::exchange(id, 0));
    if (!ledger::IsControl(wish.kind)) wish.case_policy = case_policy;
    const ledger::Answer answer = ledger::Send(*committer_, std::move(wish)).get();
    if (answer.kind != ledger::Answer::Kind::kCommitted) throw std::runtime_error("not committed");
    return answer;
  }

  static ledger::RequestId IdOf(std::uint8_t number) {
    ledger::RequestId request{};
    request.front() = number;
    return request;
  }

  ledger::Channel channel = ledger::Channel::kGrpc;
  handle::CasePolicy case_policy = handle::CasePolicy::kFold;
  std::uint8_t id = 0;  // of the next change; 0: one like no other

 private:
  std::unique_ptr<ledger::Committer> committer_;
};

// Three prefixes, one of them case-sensitive, all channels, all kinds of entries, three days. Of
// the request ids of the first day some are forgotten, some are not yet, and one of each was used
// again. At the end a clock has been accepted that is an hour behind.
inline void MakeSampleLog(store::Engine& engine, store::MarkFile* mark = nullptr) {
  using handle::CasePolicy;
  using ledger::EntryKind;
  ManualClock clock(kStartMs + kHourMs);
  LogWriter log(engine, clock, mark);
  const auto part = [](int number) { return "88.118.1/Part-" + std::to_string(number); };

  log.Do(ledger::PutsControl("p88.118.1", "the first prefix"));
  log.Do(ledger::PutsControl("p88.118.2", "the second prefix"));
  log.Do(ledger::PutsControl("ttokenid8", "a token", EntryKind::kTokenPut));
  for (int i = 0; i < 8; ++i) {
    log.channel = static_cast<ledger::Channel>(1 + i % 5);
    log.id = static_cast<std::uint8_t>(1 + i);
    log.Do(ledger::Creates(part(i)));
    log.case_policy = CasePolicy::kSensitive;
    log.Do(ledger::Creates("88.118.2/Part-" + std::to_string(i), ledger::ValuesOf("of another")));
    log.case_policy = CasePolicy::kFold;
    clock.Advance(1'000);
  }
  log.Do(ledger::Updates(part(0)));
  log.Do(ledger::Deletes(part(1)));
  log.Do(ledger::Creates(part(1), ledger::ValuesOf("once more")));
  log.Do(ledger::Deletes(part(2)));

  clock.Advance(31 * kDayMs);
  log.Do(ledger::Updates(part(0)));
  log.Do(ledger::Updates(part(3)));
  log.id = 1;  // forgotten by now
  log.Do(ledger::Creates(part(100)));
  log.id = 8;  // not yet, but too old to be honoured
  log.Do(ledger::Creates(part(101)));
  log.Do(ledger::PutsControl("ttokenid8", "a token, revoked", EntryKind::kTokenRevoked));

  clock.Advance(kDayMs);
  log.channel = ledger::Channel::kHttp;
  log.Do(ledger::Deletes(part(4)));
  log.Do(ledger::Creates("88.118.3/Part-1"));
  clock.SetWall(clock.WallMs() - kHourMs);
  log.Do(ledger::AcceptsClock());
  log.Do(ledger::Updates(part(0)));
}

}  // namespace idnode::audit
