// Counts everything in a store again, from the log alone, by code of its own: it reads the octets
// as the tables in entry.h, head.h and rows.h have them, and shares nothing with the ledger but the
// hash and the checksum, which have tests of their own. For the end of every test that has changed
// a store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/engine.h"

namespace idnode::ledger {

// An entry as it was found in the log.
struct Line {
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;
  int kind = 0;
  int channel = 0;
  std::string prefix;
  std::string request_id;  // 16 octets
  std::string actor;
  std::string identifier;
  std::string state;
};

struct Recount {
  std::vector<Line> log;
  std::uint64_t epoch = 0;
  std::uint64_t forgotten = 0;  // up to which seq request ids are

  // What does not agree: leaves among themselves, payloads with leaves, the head and every row of
  // every view with the log, rows that should not be there. In words.
  std::vector<std::string> faults;
};

Recount CountAgain(const store::Readable& store);

// Expects that nothing disagrees; returns the log.
std::vector<Line> ExpectAgreement(const store::Readable& store);

}  // namespace idnode::ledger
