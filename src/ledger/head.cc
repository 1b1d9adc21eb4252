#include "ledger/head.h"

#include <algorithm>
#include <utility>

#include "base/reader.h"
#include "base/writer.h"
#include "ledger/sealed.h"

namespace idnode::ledger {

std::string EncodeHead(const Head& head) {
  std::string out;
  TextWriter writer(out);
  writer.U8(kLayoutVersion);
  writer.U32(head.epoch);
  writer.U64(head.seq());
  writer.Raw(head.nonce);
  writer.U64(static_cast<std::uint64_t>(head.time_ms));
  writer.U64(static_cast<std::uint64_t>(head.lag_ms));
  writer.U8(static_cast<std::uint8_t>(head.tree.hashes().size()));
  for (const Hash& hash : head.tree.hashes()) writer.Raw(hash);
  writer.U32(static_cast<std::uint32_t>(head.gate.size()));
  writer.Raw(AsBytes(head.gate));
  Seal(out);
  return out;
}

Result<Head> DecodeHead(std::string_view value) {
  const Result<std::string_view> octets = Unseal(value);
  if (!octets.ok()) return Error{Errc::kCorrupt, 0, "checksum of the head"};
  Reader in(AsBytes(octets.value()));
  const std::uint8_t version = in.U8("layout version");
  if (version > kLayoutVersion) return Error{Errc::kTooLarge, version, "layout version"};
  Head head;
  head.epoch = in.U32("epoch");
  const std::uint64_t seq = in.U64("seq");
  const Bytes nonce = in.Raw(head.nonce.size(), "nonce");
  std::copy(nonce.begin(), nonce.end(), head.nonce.begin());
  head.time_ms = static_cast<std::int64_t>(in.U64("time"));
  head.lag_ms = static_cast<std::int64_t>(in.U64("lag"));
  std::vector<Hash> hashes(in.U8("hashes"));
  for (Hash& hash : hashes) {
    const Bytes hash_octets = in.Raw(hash.size(), "hash");
    std::copy(hash_octets.begin(), hash_octets.end(), hash.begin());
  }
  head.gate = AsText(in.Raw(in.U32("gate length"), "gate"));
  if (version != kLayoutVersion || !in.ok() || in.remaining() != 0) {
    return Error{Errc::kCorrupt, static_cast<std::uint32_t>(in.offset()), "head"};
  }
  Result<CompactRange> tree = CompactRange::Of(seq, std::move(hashes));
  if (!tree.ok()) return Error{Errc::kCorrupt, 0, "head"};
  head.tree = std::move(tree).value();
  return head;
}

}  // namespace idnode::ledger
