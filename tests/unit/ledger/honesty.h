// Whether what was answered is what the log says.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "fixture.h"
#include "recount.h"

namespace idnode::ledger {

inline void PrintTo(const Answer& answer, std::ostream* out) {
  *out << "kind " << static_cast<int>(answer.kind) << ", seq " << answer.seq << ", "
       << answer.error.what;
}

// What was asked for and what came back.
struct Sent {
  Wish wish;
  Answer answer;
};

inline std::string IdOf(const Wish& wish) { return std::string(AsText(wish.origin.id)); }

inline bool IsAbout(const Line& line, const Wish& wish) {
  const int kind = static_cast<int>(wish.kind);
  const bool same_kind = line.kind == kind || (kind == 1 && line.kind == 2);
  const bool is_bare = kind == 4 || kind == 34 || kind == 35;
  return same_kind && line.identifier == wish.identifier && line.actor == wish.origin.actor &&
         line.channel == static_cast<int>(wish.origin.channel) &&
         (is_bare || line.state.ends_with(wish.content));
}

// Every committed wish is in `log`, once, where the answer says and as it was asked for; what was
// refused is not; what is unknown is there as a whole or not at all; and nobody else's is there.
// REQUIRES: the request ids in `sent` differ.
inline void ExpectHonest(const std::vector<Line>& log, const std::vector<Sent>& sent) {
  std::map<std::string, const Sent*> by_id;
  for (const Sent& one : sent) {
    EXPECT_TRUE(by_id.emplace(IdOf(one.wish), &one).second) << "a mistake in the test";
  }
  std::map<std::string, const Line*> written;
  for (const Line& line : log) {
    EXPECT_TRUE(written.emplace(line.request_id, &line).second) << "twice: " << line.identifier;
    const auto asked = by_id.find(line.request_id);
    if (asked == by_id.end()) {
      ADD_FAILURE() << "nobody asked for entry " << line.seq << ", " << line.identifier;
      continue;
    }
    const auto& [wish, answer] = *asked->second;
    EXPECT_TRUE(IsAbout(line, wish)) << "another than was asked for: " << line.identifier;
    EXPECT_TRUE(answer.done() || answer.kind == Answer::Kind::kOutcomeUnknown)
        << line.identifier << " is in the log, but the answer was "
        << testing::PrintToString(answer);
  }
  for (const auto& [wish, answer] : sent) {
    if (!answer.done()) continue;
    const auto line = written.find(IdOf(wish));
    if (line == written.end()) {
      ADD_FAILURE() << "acknowledged and lost: " << wish.identifier;
      continue;
    }
    EXPECT_EQ(line->second->seq, answer.seq);
    EXPECT_EQ(line->second->time_ms, answer.time_ms);
    EXPECT_EQ(line->second->kind, static_cast<int>(answer.entry_kind));
  }
}

}  // namespace idnode::ledger
