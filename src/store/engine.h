// The engine contract: where one shard's octets live, and the one way to change them.
//
// Keys and values are octet strings whose meaning the engine does not know. What it does know is
// the head: a small value that every commit replaces, and compares first. That one comparison
// stands for every precondition of the caller, which is what keeps this narrow enough for an
// embedded database and for one compound operation on an object of a distributed store alike.
//
// An Engine is one shard. tests/unit/store/engine_contract_test.cc holds every engine to this page.
//
//   Readable      what may be read: the engine as it is now, or a Snapshot of it
//   Engine        the above, Commit(), and Reopen() to go on after one of unknown outcome
//   MemoryEngine  for tests: as strict as the others, fails on order         (store/memory)
//   RocksEngine   one directory on this machine                              (store/rocksdb)
//   ReaderGate    lets an engine wait until its readers have left the old one
//   MarkFile      remembers how long the log was, outside the engine
//   DirectoryLock one server, or any number of readers, on one directory
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace idnode::store {

// Column families: key spaces of their own. The numbers are not on disk, the names are.
enum class Family : std::uint8_t {
  kMeta,      // the head and the layout version
  kRecords,   // identifier -> values in wire form
  kLeaf,      // seq -> public part of an entry
  kPayload,   // seq -> private part of an entry
  kCounts,    // prefix, day -> cumulative counts; prefix -> its tip
  kControl,   // enterprises, prefixes, accounts, tokens, templates
  kRequests,  // actor, request id -> what the request did
  kTiles,     // full tiles of the Merkle tree; rebuildable
  kUsage,     // prefix, day -> resolution counters
  kJobs,      // what survives a restart of a long task
};
inline constexpr std::size_t kFamilies = 10;

// The name on disk and in messages: "meta", "records", ...
const char* FamilyName(Family family) noexcept;

inline constexpr std::string_view kHeadKey = "head";  // in kMeta; the engine's own

struct Put {
  Family family;
  std::string key;
  std::string value;  // never empty: a distributed engine cannot tell an empty one from none
};

struct Erase {
  Family family;
  std::string key;  // absent is fine
};

struct Row {
  std::string key;
  std::string value;

  friend bool operator==(const Row&, const Row&) = default;
};

// Of one commit, the head included.
struct Limits {
  std::size_t keys = 16'384;       // puts and erases
  std::size_t octets = 4'000'000;  // keys and values
};

enum class Outcome : std::uint8_t {
  kCommitted,  // all of it, and as durable as the engine ever makes it
  kStale,      // nothing was changed: the head is not the expected one
  kUnknown,    // all of it or nothing; see Commit()
};

// Reads may be called from any thread, also during a commit; each call sees all of it or nothing.
//
// Errors of every call: kCorrupt      stored octets fail the engine's own checks
//                       kUnavailable  the disk, or the other machines, do not answer
class Readable {
 public:
  virtual ~Readable() = default;

  // Reads one value into `value`, whose capacity is reused, so that a warm reader need not
  // allocate. Errors: kNotFound, and `value` is then unspecified.
  virtual Status Get(Family family, std::string_view key, std::string& value) const = 0;

  // Reads many values in one go; the answer has the order of `keys`. Absent is nullopt, no error.
  virtual Result<std::vector<std::optional<std::string>>> MultiGet(
      Family family, std::span<const std::string_view> keys) const = 0;

  // The first `limit` rows with a key of at least `from`, in bytewise order of the keys. Fewer than
  // `limit` means that the family ends there. To go on, append a zero octet to the last key.
  virtual Result<std::vector<Row>> Scan(Family family, std::string_view from,
                                        std::size_t limit) const = 0;

  // The head as it is stored; empty for a new shard. Errors: kUnavailable also after a kUnknown
  // that only Reopen() can settle; the other reads go on meanwhile, and may or may not see it.
  virtual Result<std::string> Head() const = 0;
};

// One moment of an engine, frozen: every read sees the same octets, the head's included, whatever
// is committed meanwhile. Costs the engine disk space while it lives, so no longer than a task.
// Must not outlive the engine. Errors of every read, besides the above: kUnavailable once Reopen()
// was called; then take another.
using Snapshot = Readable;

class Engine : public Readable {
 public:
  // Any thread, as the reads, and with their errors.
  virtual Result<std::unique_ptr<Snapshot>> TakeSnapshot() const = 0;

  virtual Limits limits() const noexcept = 0;

  // Replaces the head and applies `puts` and `erases`, all or nothing, if the head still equals
  // `expected_head`. An empty `expected_head` expects that there is none yet: a new shard. No head
  // may be like an earlier one: put a nonce in it, new for every commit.
  //
  // After kUnknown Reopen(), then reread Head(). Your nonce in it means committed. Any other means:
  // not yet, for what is on its way to another machine may still arrive. Only once another commit
  // has succeeded does it mean never: the late one is then stale.
  //
  // Errors, all of which leave everything as it was:
  //   kTooLarge   more keys or octets than limits(); split the group
  //   kMalformed  an empty head; or an empty value or the head's own key, and then `detail` is the
  //               position of the put or erase, from 0
  //   kUnavailable, kCorrupt  as of Head(): it could not be compared; or the disk is full, and then
  //               `detail` is ENOSPC
  // REQUIRES: one thread at a time, the shard's committer. Keys distinct, of erases, too.
  Result<Outcome> Commit(std::string_view expected_head, std::string_view next_head,
                         std::span<const Put> puts, std::span<const Erase> erases);

  // Closes what lies below and opens it anew. Then Head() and Commit() answer again, and all that
  // this settles of a commit of unknown outcome is what Head() says; see Commit(). Waits for reads
  // under way; reads that come meanwhile wait, too, but not for an attempt that follows one that
  // has failed. Snapshots taken before fail from then on, even if this fails.
  // Errors: kUnavailable  it cannot be opened for writing now; call again later. What an earlier
  //                       failure has left open to be read, and on a full disk whatever is open,
  //                       may stay so, with its snapshots
  //         kCorrupt      nor will it ever be: it is damaged
  // Then there is no head and no commit until a later call succeeds; other reads go on, if what is
  // there can be read at all.
  // REQUIRES: the committer's thread.
  virtual Status Reopen() = 0;

 private:
  // Commit() for a change that has passed the checks above, which no engine can forget this way.
  virtual Result<Outcome> Apply(std::string_view expected_head, std::string_view next_head,
                                std::span<const Put> puts, std::span<const Erase> erases) = 0;
};

}  // namespace idnode::store
