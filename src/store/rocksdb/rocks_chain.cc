#include "store/rocksdb/rocks_chain.h"

#include <rocksdb/write_batch.h>

#include "base/reader.h"
#include "base/writer.h"
#include "store/engine.h"

namespace idnode::store {
namespace {

// Source: draft-eastlake-fnv, section 2 and 5.
std::uint64_t Fnv1a(std::string_view octets) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char octet : octets) {
    hash = (hash ^ static_cast<std::uint8_t>(octet)) * 0x100000001B3;
  }
  return hash;
}

// What a batch says of the chain.
class Links final : public rocksdb::WriteBatch::Handler {
 public:
  explicit Links(std::uint32_t meta) noexcept : meta_(meta) {}

  rocksdb::Status PutCF(std::uint32_t family, const rocksdb::Slice& key,
                        const rocksdb::Slice& value) override {
    if (family == meta_ && key.ToStringView() == kHeadKey) head = Fnv1a(value.ToStringView());
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(std::uint32_t /*family*/, const rocksdb::Slice& /*key*/) override {
    return rocksdb::Status::OK();
  }
  void LogData(const rocksdb::Slice& blob) override {
    const auto* octets = reinterpret_cast<const std::uint8_t*>(blob.data());
    Reader reader(Bytes(octets, blob.size()));
    const std::uint64_t replaced = reader.U64("link");
    if (reader.ok() && reader.remaining() == 0) link = replaced;
  }

  std::optional<std::uint64_t> head;  // that it puts
  std::optional<std::uint64_t> link;  // to the one it replaces

 private:
  const std::uint32_t meta_;
};

}  // namespace

std::string LinkTo(std::string_view head) {
  std::string octets;
  TextWriter(octets).U64(Fnv1a(head));
  return octets;
}

bool ChainCheck::Fits(std::string_view head) const {
  return fits_ && (heads_.empty() || heads_.contains(Fnv1a(head)));
}

void ChainCheck::ColumnFamilyLogNumberMap(
    const std::map<std::uint32_t, std::uint64_t>& /*log_numbers*/,
    const std::map<std::string, std::uint32_t>& ids) {
  const auto meta = ids.find(FamilyName(Family::kMeta));
  if (meta != ids.end()) meta_ = meta->second;
}

rocksdb::WalFilter::WalProcessingOption ChainCheck::LogRecordFound(
    unsigned long long /*log_number*/, const std::string& /*log_file*/,
    const rocksdb::WriteBatch& batch, rocksdb::WriteBatch* /*replacement*/, bool* /*replaced*/) {
  empty_ = false;
  Links links(meta_);
  if (!batch.Iterate(&links).ok()) fits_ = false;
  if (links.link.has_value()) {
    if (last_.has_value() && last_ != links.link) fits_ = false;
    heads_.insert(*links.link);
  }
  if (links.head.has_value()) {
    last_ = links.head;
    heads_.insert(*links.head);
  }
  return WalProcessingOption::kIgnoreCurrentRecord;
}

}  // namespace idnode::store
