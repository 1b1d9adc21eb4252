// A log of random registrations over some days, and what a person with a pencil would count of it.
// Nothing of the counts view, the feed or the days of base/ is used for that.
#pragma once

#include <array>
#include <ctime>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "idnode/stored/v1/control.pb.h"
#include "ledger/fixture.h"
#include "registry/principal.h"

namespace idnode::monitor {

using Four = std::array<std::int64_t, 4>;  // created, re-created, updated, deleted

inline Four& operator+=(Four& left, const Four& right) {
  for (std::size_t i = 0; i < left.size(); ++i) left.at(i) += right.at(i);
  return left;
}
inline std::int64_t ActiveOf(const Four& four) { return four[0] + four[1] - four[3]; }

// "2026-11-18", the day in China.
inline std::string DayText(std::int64_t time_ms) {
  const std::time_t seconds = time_ms / 1000 + 28'800;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 16> text{};
  (void)std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return text.data();
}

inline constexpr std::int64_t kDayMs = 86'400'000;

struct Event {
  std::string prefix;
  std::string day;
  int channel = 1;
  std::size_t what = 0;  // position in Four
  bool control = false;  // nothing to be counted
};

using RowKey = std::tuple<std::string, std::string, int>;  // prefix, day, channel
using Rows = std::map<RowKey, Four>;

// The rows that the counts view should have after these events: cumulative, for each day on which
// something happened to a prefix.
inline Rows RowsOf(const std::vector<Event>& events, std::size_t size) {
  Rows rows;
  std::map<std::string, std::map<int, Four>> totals;
  for (std::size_t i = 0; i < size; ++i) {
    const Event& event = events.at(i);
    if (event.control) continue;
    auto& mine = totals[event.prefix];
    ++mine[event.channel].at(event.what);
    for (const auto& [channel, four] : mine) rows[{event.prefix, event.day, channel}] = four;
  }
  return rows;
}

class History {
 public:
  explicit History(std::uint32_t seed, std::vector<ledger::CommitListener*> listeners = {})
      : ledger({}, std::move(listeners)), random_(seed) {}

  // Some registrations, updates, deletions; now and then a control object, and a new day.
  void Random(int entries) {
    for (int i = 0; i < entries; ++i) {
      if (Below(20) == 0) ledger.clock.Advance(kDayMs * static_cast<std::int64_t>(Below(3)) + 1);
      if (Below(15) == 0) {
        Put({.control = true}, ledger::PutsControl("pA", "object " + std::to_string(Below(1000))));
      } else {
        Change(prefixes.at(Below(prefixes.size())), Below(12));
      }
    }
  }

  // Creates the identifier, or whatever else can be done with it.
  void Change(const std::string& prefix, std::size_t number) {
    const std::string identifier = prefix + "/" + std::to_string(number);
    Event event{.prefix = prefix, .channel = static_cast<int>(1 + Below(5))};
    ledger::Wish wish;
    if (!alive_.contains(identifier)) {
      event.what = known_.contains(identifier) ? 1 : 0;
      wish = ledger::Creates(identifier);
      alive_.insert(identifier);
      known_.insert(identifier);
    } else if (Below(3) == 0) {
      event.what = 3;
      wish = ledger::Deletes(identifier);
      alive_.erase(identifier);
    } else {
      event.what = 2;
      wish = ledger::Updates(identifier);
    }
    Put(event, wish);
  }

  std::size_t Below(std::size_t limit) { return random_() % limit; }
  std::size_t size() const { return events.size(); }
  Rows rows(std::size_t size) const { return RowsOf(events, size); }

  static inline const std::vector<std::string> prefixes = {
      "88", "88.118", "88.118-X", "88.118.1", "88.118.1.2", "88.118_", "88.1180", "88.119"};

  ledger::MemoryLedger ledger;
  std::vector<Event> events;  // as many as the log has entries

 private:
  void Put(Event event, ledger::Wish wish) {
    event.day = DayText(ledger.clock.WallMs());
    wish.origin.channel = static_cast<ledger::Channel>(event.channel);
    (void)ledger.Commit(std::move(wish));
    events.push_back(std::move(event));
  }

  std::mt19937 random_;
  std::set<std::string> alive_;
  std::set<std::string> known_;
};

// Somebody whose token has the scope monitor for some prefixes.
inline registry::Principal MonitorOf(const std::vector<std::pair<std::string, bool>>& reaches,
                                     stored::v1::Scope scope = stored::v1::SCOPE_MONITOR) {
  auto token = std::make_shared<stored::v1::Token>();
  token->set_id("12345678");
  token->add_scopes(scope);
  for (const auto& [prefix, below] : reaches) {
    auto& reach = *token->add_prefixes();
    reach.set_prefix(prefix);
    reach.set_below(below);
  }
  return registry::Principal::Bearer(std::move(token));
}

}  // namespace idnode::monitor
