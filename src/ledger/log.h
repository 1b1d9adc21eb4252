// Reading the log. Mirror, feed and audit all read it here, from a cursor: the seq to go on from.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/entry.h"
#include "ledger/head.h"
#include "store/engine.h"

namespace idnode::ledger {

// What a reader is shown of an entry.
enum class LogView : std::uint8_t {
  kLeaf,     // the public part: what the tree is made of
  kPayload,  // the private part, too
};

struct LogRow {
  Seq seq = 0;
  std::string leaf;     // its octets, without the checksum
  std::string payload;  // likewise; empty for kLeaf, and where the payload has been erased
};

// At most `limit` entries from `cursor` on; fewer: the log ends there.
// Errors: kCorrupt  a checksum does not fit, or an entry is missing, be it the last that the head
//                   counts; `what` names the family and `detail` holds the low 32 bits of the seq
//         those of ReadHead()
Result<std::vector<LogRow>> ReadLog(const store::Readable& store, Seq cursor, std::size_t limit,
                                    LogView view);

// The leaf of one entry. Errors: kNotFound; kCorrupt.
Result<Leaf> ReadLeaf(const store::Readable& store, Seq seq);

// One entry, read. A payload that has been erased is left at its defaults. Errors: as ReadLeaf().
Result<Entry> ReadEntry(const store::Readable& store, Seq seq);

// The head, a new one for an empty store. Errors: as DecodeHead().
Result<Head> ReadHead(const store::Readable& store);

// The head and the octets that it was decoded from, in one read: the two belong together, also
// where somebody else writes meanwhile. Empty octets: an empty store. Errors: as DecodeHead().
struct StoredHead {
  Head head;
  std::string octets;
};
Result<StoredHead> ReadStoredHead(const store::Readable& store);

// Which log this is: the leaf hash of its first entry, whose salt is like no other. Errors:
// kNotFound while the log is empty.
Result<Hash> ReadLogId(const store::Readable& store);

}  // namespace idnode::ledger
