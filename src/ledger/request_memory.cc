#include "ledger/request_memory.h"

#include <string>

#include "base/reader.h"
#include "base/writer.h"
#include "ledger/log.h"
#include "ledger/rows.h"
#include "ledger/sealed.h"

namespace idnode::ledger {
namespace {

constexpr std::uint8_t kJobVersion = 1;

store::Put ProgressRow(Seq next) {
  std::string value;
  TextWriter writer(value);
  writer.U8(kJobVersion);
  writer.U64(next);
  Seal(value);
  return {store::Family::kJobs, std::string(RequestMemory::kJobKey), std::move(value)};
}

}  // namespace

Result<Seq> RequestMemory::ReadProgress(const store::Readable& store) {
  std::string value;
  const Status read = store.Get(store::Family::kJobs, kJobKey, value);
  if (!read.ok()) return read.error().code == Errc::kNotFound ? Result<Seq>(0) : read.error();
  const Result<std::string_view> octets = Unseal(value);
  if (!octets.ok()) return octets.error();
  Reader in(AsBytes(octets.value()));
  if (in.U8("job version") != kJobVersion) in.Fail(Errc::kCorrupt, "job version");
  const Seq next = in.U64("seq");
  if (in.ok() && in.remaining() != 0) in.Fail(Errc::kCorrupt, "end of job");
  if (!in.ok()) return Error{Errc::kCorrupt, 0, in.error().what};
  return next;
}

RequestMemory::Forgotten RequestMemory::Forget(const store::Readable& store, Seq end,
                                               std::int64_t now_ms, std::size_t limit) {
  Forgotten out;
  if (!next_.has_value()) {
    const Result<Seq> stored = ReadProgress(store);
    if (!stored.ok()) return out;
    next_ = stored.value();
    due_ms_ = 0;
  }
  const Seq begin = *next_;
  while (now_ms >= due_ms_ && *next_ < end && *next_ - begin < limit &&
         Handle(store, *next_, now_ms, out)) {
    ++*next_;
  }
  if (*next_ != begin) out.progress = ProgressRow(*next_);
  return out;
}

bool RequestMemory::Handle(const store::Readable& store, Seq seq, std::int64_t now_ms,
                           Forgotten& out) {
  const Result<Leaf> leaf = ReadLeaf(store, seq);
  if (leaf.ok() && IsRemembered(leaf.value().time_ms, now_ms)) {
    due_ms_ = leaf.value().time_ms + kRememberMs;
    return false;
  }
  // Without its time nobody knows whether a damaged leaf is old enough; passing over it forgets
  // nothing, so that does not matter.
  const Status done = leaf.ok() ? ForgetOne(store, seq, out) : Status(leaf.error());
  if (done.ok()) return true;
  const bool is_damage =
      done.error().code == Errc::kCorrupt || done.error().code == Errc::kNotFound;
  if (!is_damage) return false;
  ++passed_over_;
  last_passed_over_ = seq;
  return true;
}

// The same request id may have been used again since: then its row is another entry's.
Status RequestMemory::ForgetOne(const store::Readable& store, Seq seq, Forgotten& out) {
  std::string value;
  const Status read = store.Get(store::Family::kPayload, SeqKey(seq), value);
  if (!read.ok()) return read.error().code == Errc::kNotFound ? Status() : read;  // erased
  const Result<std::string_view> octets = Unseal(value);
  if (!octets.ok()) return octets.error();
  const Result<Payload> payload = DecodePayload(octets.value());
  if (!payload.ok()) return payload.error();
  std::string key = RequestKey(payload.value().actor, payload.value().request_id);
  const Status found = store.Get(store::Family::kRequests, key, value);
  if (!found.ok()) return found.error().code == Errc::kNotFound ? Status() : found;
  const Result<RequestRow> row = DecodeRequestRow(value);
  if (!row.ok()) return row.error();
  if (row.value().seq == seq) out.erases.push_back({store::Family::kRequests, std::move(key)});
  return {};
}

}  // namespace idnode::ledger
