// A small log in which everything happens once.
#pragma once

#include <string>

#include "base/clock.h"
#include "log_builder.h"

namespace idnode::audit {

inline constexpr std::int64_t kStartMs = 1'772'294'400'000;  // 2026-03-01 00:00 in China
inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;

// Two prefixes, one of them case-sensitive, all channels, all kinds of entries, three days. Of the
// request ids of the first day some are forgotten, some are not yet, and two were used again. At
// the end a clock has been accepted that is an hour behind.
inline void MakeSampleLog(store::Engine& engine, store::MarkFile* mark = nullptr) {
  using handle::CasePolicy;
  using ledger::Channel;
  using ledger::EntryKind;
  ManualClock clock(kStartMs + kHourMs);
  ledger::LogBuilder log(engine, clock, mark);
  const auto name = [](const std::string& prefix, int number) {
    return prefix + "/Part-" + std::to_string(number);
  };

  log.Control(EntryKind::kPrefixPut, "p88.118.1", "the first prefix");
  log.Control(EntryKind::kPrefixPut, "p88.118.2", "the second prefix");
  log.Control(EntryKind::kTokenPut, "ttokenid8", "a token");
  for (int i = 0; i < 8; ++i) {
    log.Through(static_cast<Channel>(1 + i % 5));
    log.As(CasePolicy::kFold);
    log.Register(name("88.118.1", i), "first");
    log.As(CasePolicy::kSensitive);
    log.Register(name("88.118.2", i), "first of the other");
    clock.Advance(1'000);
  }
  log.As(CasePolicy::kFold);
  log.Update(name("88.118.1", 0), "second");
  log.Delete(name("88.118.1", 1));
  log.Register(name("88.118.1", 1), "once more");
  log.Delete(name("88.118.1", 2));

  clock.Advance(31 * kDayMs);
  log.Update(name("88.118.1", 0), "third");
  log.UseId(2);  // forgotten by now
  log.Register(name("88.118.1", 100), "late");
  log.UseId(22);  // not yet, but too old to be honoured
  log.Update(name("88.118.1", 3), "late");
  log.UseId(1'000);
  log.Control(EntryKind::kTokenRevoked, "ttokenid8", "a token, revoked");

  clock.Advance(kDayMs);
  log.Through(Channel::kHttp);
  log.Delete(name("88.118.1", 4));
  log.Register(name("88.118.3", 1), "of a third prefix");
  clock.SetWall(clock.WallMs() - kHourMs);
  log.AcceptClock();
  log.Update(name("88.118.1", 0), "last");
}

}  // namespace idnode::audit
