// The chain of heads in the write-ahead log: what notices a commit that is missing in the middle.
//
// Each commit's record in the log also carries a link to the head that it replaced. RocksDB opens
// without an error when damage makes the end of one log file, or of the manifest, look unfinished:
// the commits there are then gone, although later ones, and so the newest head, are in the next
// file. (Found by flipping bits: 1 in 1,000 in log files, 1 in 25 in a manifest.) Then the links do
// not fit. Of the commits at the very end there is no later one; that is what MarkFile is for.
//
// Layout of the link, a blob of the write batch, 8 octets: FNV-1a (64 bit) of the replaced head as
// it was stored, big-endian; of no octets if there was none. Not a CRC: a head ends in its own,
// which would leave 16 bits of it. Batches without a link, which only foreign tools write, are let
// through.
#pragma once

#include <rocksdb/wal_filter.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace idnode::store {

// The link to put into the batch that replaces `head`.
std::string LinkTo(std::string_view head);

// Walks the chain while RocksDB reads the log, and lets nothing through to be replayed. For one
// opening.
class ChainCheck final : public rocksdb::WalFilter {
 public:
  // Of the log as it was read: true if every link fits, and `head`, which is that of the tables, is
  // in the chain or is what it begins with.
  bool Fits(std::string_view head) const;

  // Whether the log held anything at all.
  bool empty() const noexcept { return empty_; }

  const char* Name() const override { return "idnode.ChainCheck"; }
  void ColumnFamilyLogNumberMap(const std::map<std::uint32_t, std::uint64_t>& log_numbers,
                                const std::map<std::string, std::uint32_t>& ids) override;
  WalProcessingOption LogRecordFound(unsigned long long log_number, const std::string& log_file,
                                     const rocksdb::WriteBatch& batch,
                                     rocksdb::WriteBatch* replacement, bool* replaced) override;

 private:
  std::uint32_t meta_ = 0;  // the number of family "meta", here
  bool empty_ = true;
  bool fits_ = true;
  std::optional<std::uint64_t> last_;        // of the head that the record before has left
  std::unordered_set<std::uint64_t> heads_;  // of the whole chain, with what it begins with
};

}  // namespace idnode::store
