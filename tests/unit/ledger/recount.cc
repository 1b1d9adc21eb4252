#include "recount.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/crc32c.h"
#include "crypto/digest.h"
#include "naive_tree.h"

namespace idnode::ledger {
namespace {

using store::Family;

constexpr std::uint64_t kNone = 0xFFFF'FFFF'FFFF'FFFF;
constexpr std::int64_t kThirtyDaysMs = 2'592'000'000;
constexpr int kFirstControlKind = 32;
constexpr int kClockKind = 34;
constexpr int kRevokedKind = 35;

std::string BigEndian(std::uint64_t number, std::size_t octets) {
  std::string out(octets, '\0');
  for (std::size_t i = octets; i > 0; --i, number >>= 8) out[i - 1] = static_cast<char>(number);
  return out;
}

// Takes octets from the front; throws where there are none.
class Octets {
 public:
  explicit Octets(std::string_view octets) : octets_(octets) {}

  std::string Take(std::size_t size) {
    if (size > octets_.size()) throw std::runtime_error("octets missing");
    std::string taken(octets_.substr(0, size));
    octets_.remove_prefix(size);
    return taken;
  }
  std::uint64_t Number(std::size_t size) {
    std::uint64_t number = 0;
    for (const char octet : Take(size)) number = number << 8 | static_cast<std::uint8_t>(octet);
    return number;
  }
  std::string Rest() { return Take(octets_.size()); }
  void End() const {
    if (!octets_.empty()) throw std::runtime_error("octets behind the end");
  }

 private:
  std::string_view octets_;
};

std::string Sealed(const std::string& octets) {
  return octets + BigEndian(Crc32c(AsBytes(octets)), 4);
}

std::string Unsealed(const std::string& value) {
  if (value.size() < 4) throw std::runtime_error("no checksum");
  std::string octets = value.substr(0, value.size() - 4);
  if (Sealed(octets) != value) throw std::runtime_error("checksum");
  return octets;
}

std::string Hashed(std::string_view octets) {
  return std::string(AsText(crypto::Sha256({AsBytes(octets)})));
}

std::string UpperCase(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return text;
}

std::string KeyOfRecord(const std::string& identifier, bool sensitive) {
  const std::size_t slash = identifier.find('/');
  const std::string prefix = UpperCase(identifier.substr(0, slash));
  const std::string suffix = identifier.substr(slash);
  const bool keeps_case = sensitive && !prefix.starts_with("0.");
  return prefix + (keeps_case ? suffix : UpperCase(suffix));
}

// Created, re-created, updated, deleted.
using Counts = std::array<std::uint64_t, 4>;
using ByChannel = std::map<int, Counts>;

std::string ByChannelOctets(const ByChannel& counts) {
  std::string out = BigEndian(counts.size(), 1);
  for (const auto& [channel, numbers] : counts) {
    out += BigEndian(static_cast<std::uint64_t>(channel), 1);
    for (const std::uint64_t number : numbers) out += BigEndian(number, 8);
  }
  return out;
}

// Register, update, delete are 1, 2, 3 to a request; whatever else is its kind.
std::uint64_t OperationOf(int kind) {
  switch (kind) {
    case 1:
    case 2:
      return 1;
    case 3:
      return 2;
    case 4:
      return 3;
    default:
      return static_cast<std::uint64_t>(kind);
  }
}

std::string DayKeyOf(const std::string& prefix, std::int64_t time_ms) {
  const std::int64_t china_ms = time_ms + std::int64_t{8} * 3'600'000;
  std::int64_t day = china_ms / 86'400'000;
  if (china_ms % 86'400'000 < 0) --day;
  const std::uint64_t order = 0xFFFF'FFFFULL - static_cast<std::uint64_t>(day + 0x8000'0000LL);
  return "d" + prefix + '\0' + BigEndian(order, 4);
}

// The parts of an entry that a Line does not show.
struct Details {
  Line line;
  Counts totals{};
  std::uint64_t prev = 0;
  std::uint64_t prev_in_prefix = 0;
  std::string commitment;
  bool sensitive = false;
  std::uint64_t expected_seq = kNone;
  bool is_control() const { return line.kind >= kFirstControlKind; }
};

using Table = std::map<std::string, std::string>;

class Counter {
 public:
  explicit Counter(const store::Readable& store) : store_(store) {}

  Recount Count() {
    try {
      for (const Family family :
           {Family::kRecords, Family::kLeaf, Family::kPayload, Family::kCounts, Family::kControl,
            Family::kRequests, Family::kTiles, Family::kUsage, Family::kJobs}) {
        ReadAll(family);
      }
      ReadForgotten();
      for (std::uint64_t seq = 0; seq < found_[Family::kLeaf].size(); ++seq) AddEntry(seq);
      CheckHead();
    } catch (const std::exception& error) {
      Fault(std::string("counting stopped: ") + error.what());
    }
    for (const Family family :
         {Family::kRecords, Family::kCounts, Family::kControl, Family::kRequests}) {
      Compare(family);
    }
    if (found_[Family::kPayload].size() != found_[Family::kLeaf].size()) Fault("payloads");
    return std::move(out_);
  }

 private:
  void Fault(std::string what) { out_.faults.push_back(std::move(what)); }

  void ReadAll(Family family) {
    const auto rows = store_.Scan(family, "", 10'000'000);
    if (!rows.ok()) throw std::runtime_error(rows.error().what);
    for (const store::Row& row : rows.value()) found_[family][row.key] = row.value;
  }

  void ReadForgotten() {
    const auto row = found_[Family::kJobs].find("requests-forgotten");
    if (row == found_[Family::kJobs].end()) return;
    const std::string octets = Unsealed(row->second);
    Octets in(octets);
    if (in.Number(1) != 1) throw std::runtime_error("job version");
    out_.forgotten = in.Number(8);
    in.End();
  }

  const std::string& At(Family family, std::uint64_t seq) {
    const auto row = found_[family].find(BigEndian(seq, 8));
    if (row == found_[family].end()) throw std::runtime_error("no entry " + std::to_string(seq));
    return row->second;
  }

  Details ReadEntry(std::uint64_t seq) {
    leaves_.push_back(Unsealed(At(Family::kLeaf, seq)));
    Details out;
    Octets leaf(leaves_.back());
    if (leaf.Number(1) != 1) throw std::runtime_error("leaf version");
    if (leaf.Number(4) != 0) throw std::runtime_error("shard");
    out.line.seq = leaf.Number(8);
    out.line.time_ms = static_cast<std::int64_t>(leaf.Number(8));
    out.line.kind = static_cast<int>(leaf.Number(1));
    out.line.channel = static_cast<int>(leaf.Number(1));
    for (std::uint64_t& number : out.totals) number = leaf.Number(8);
    out.prev = leaf.Number(8);
    out.prev_in_prefix = leaf.Number(8);
    out.commitment = leaf.Take(32);
    out.line.prefix = leaf.Take(leaf.Number(1));
    leaf.End();

    const std::string octets = Unsealed(At(Family::kPayload, seq));
    if (Hashed('\x10' + octets) != out.commitment) Fault("commitment of " + std::to_string(seq));
    Octets payload(octets);
    if (payload.Number(1) != 1) throw std::runtime_error("payload version");
    const std::uint64_t flags = payload.Number(1);
    out.sensitive = (flags & 2) != 0;
    if (!salts_.insert({payload.Take(16), seq}).second) Fault("a salt used twice");
    out.line.request_id = payload.Take(16);
    out.line.actor = payload.Take(payload.Number(1));
    if ((flags & 1) != 0) out.expected_seq = payload.Number(8);
    out.line.identifier = payload.Take(payload.Number(2));
    out.line.state = payload.Rest();
    return out;
  }

  void AddEntry(std::uint64_t seq) {
    const Details entry = ReadEntry(seq);
    const Line& line = entry.line;
    const auto check = [&](bool agrees, const char* what) {
      if (!agrees) Fault(std::string(what) + " of entry " + std::to_string(seq));
    };
    check(line.seq == seq, "seq");
    check(line.time_ms >= time_ms_, "time");

    const std::string key =
        entry.is_control() ? line.identifier : KeyOfRecord(line.identifier, entry.sensitive);
    const Family family = entry.is_control() ? Family::kControl : Family::kRecords;
    const std::string prefix = entry.is_control() ? "" : key.substr(0, key.find('/'));
    check(line.prefix == prefix, "prefix");

    const auto previous = last_.find({family, key});
    check(entry.prev == (previous == last_.end() ? kNone : previous->second), "prev");
    last_[{family, key}] = seq;
    const auto tip = tips_.find(prefix);
    check(entry.prev_in_prefix == (tip == tips_.end() ? kNone : tip->second), "prev in prefix");
    tips_[prefix] = seq;

    CheckKind(entry, key, check);
    ByChannel& counts = counts_[prefix];
    if (line.kind <= 4) ++counts[line.channel].at(static_cast<std::size_t>(line.kind - 1));
    Counts sum{};
    for (const auto& [channel, numbers] : counts) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum.at(i) += numbers.at(i);
    }
    check(entry.totals == sum, "totals");

    expected_[family][key] = Sealed('\1' + BigEndian(seq, 8) + line.state);
    const std::string totals = ByChannelOctets(counts);
    expected_[Family::kCounts]["t" + prefix] = Sealed('\1' + BigEndian(seq, 8) + totals);
    if (!entry.is_control()) {
      expected_[Family::kCounts][DayKeyOf(prefix, line.time_ms)] = Sealed('\1' + totals);
    }
    AddRequest(entry);
    UpdateLag(line);
    out_.log.push_back(line);
  }

  // What was there before decides what can have come: whoever creates twice has a hole.
  template <typename Check>
  void CheckKind(const Details& entry, const std::string& key, const Check& check) {
    if (entry.is_control()) return;
    const bool was_known = alive_.contains(key);
    const bool was_alive = was_known && alive_[key];
    const int kind = entry.line.kind;
    check(kind >= 1 && kind <= 4, "kind");
    check((kind == 1) == !was_known, "created, though known");
    check((kind == 2) == (was_known && !was_alive), "re-created, though alive");
    alive_[key] = kind != 4;
  }

  void AddRequest(const Details& entry) {
    const Line& line = entry.line;
    const std::string key = line.actor + line.request_id;
    const auto earlier = requested_.find(key);
    if (earlier != requested_.end() && line.time_ms - earlier->second.second < kThirtyDaysMs) {
      Fault("a request id made two entries: " + std::to_string(line.seq));
    }
    requested_[key] = {line.seq, line.time_ms};

    std::string content = line.state;
    if (line.kind == kClockKind || line.kind == kRevokedKind || line.kind == 4) content.clear();
    if (line.kind < 4) {
      Octets state(line.state);
      if ((state.Number(1) & 8) != 0) (void)state.Take(state.Number(2));
      content = state.Rest();
    }

    expected_[Family::kRequests][key] =
        Sealed('\1' + BigEndian(line.seq, 8) +
               Hashed(BigEndian(OperationOf(line.kind), 1) + BigEndian(entry.expected_seq, 8) +
                      BigEndian(line.identifier.size(), 2) + line.identifier + content));
  }

  void UpdateLag(const Line& line) {
    if (line.kind == kClockKind) {
      Octets state(line.state);
      lag_ms_ =
          std::max<std::int64_t>(0, line.time_ms - static_cast<std::int64_t>(state.Number(8)));
      state.End();
    } else if (line.time_ms > time_ms_) {
      lag_ms_ = 0;
    }
    time_ms_ = line.time_ms;
  }

  void CheckHead() {
    const auto stored = store_.Head();
    if (!stored.ok()) throw std::runtime_error(stored.error().what);
    if (stored.value().empty() && leaves_.empty()) return;
    const std::string octets = Unsealed(stored.value());
    Octets in(octets);
    if (in.Number(1) != 1) Fault("layout version");
    out_.epoch = in.Number(4);
    if (in.Number(8) != leaves_.size()) Fault("seq of the head");
    (void)in.Take(16);
    if (in.Number(8) != static_cast<std::uint64_t>(time_ms_)) Fault("time of the head");
    if (in.Number(8) != static_cast<std::uint64_t>(lag_ms_)) Fault("lag of the head");
    // The full subtrees from the left, one for every bit of the size, the largest first.
    std::uint64_t hashes = in.Number(1);
    std::span<const std::string> rest(leaves_);
    for (std::size_t size = std::size_t{1} << 40; size > 0; size /= 2) {
      if ((leaves_.size() & size) == 0) continue;
      if (hashes-- == 0) throw std::runtime_error("hashes of the head");
      if (in.Take(32) != AsText(NaiveRoot(rest.first(size)))) Fault("a hash of the head");
      rest = rest.subspan(size);
    }
    if (hashes != 0) Fault("hashes of the head");
    if (in.Number(4) != 0) Fault("gate");
    in.End();
  }

  void Compare(Family family) {
    Table& expected = expected_[family];
    const Table& found = found_[family];
    const std::string name = store::FamilyName(family);
    if (family == Family::kRequests) {
      for (const auto& [key, value] : requested_) {
        if (value.first >= out_.forgotten) continue;
        expected.erase(key);
        if (value.second + kThirtyDaysMs > time_ms_) Fault("forgot a request id too early");
      }
    }
    for (const auto& [key, value] : expected) {
      const auto row = found.find(key);
      if (row == found.end()) {
        Fault(name + " has no row for " + testing::PrintToString(key));
      } else if (row->second != value) {
        Fault(name + " has a wrong row for " + testing::PrintToString(key));
      }
    }
    for (const auto& [key, value] : found) {
      if (!expected.contains(key)) Fault(name + " has too much: " + testing::PrintToString(key));
    }
  }

  const store::Readable& store_;
  Recount out_;
  std::map<Family, Table> found_;
  std::map<Family, Table> expected_;
  std::vector<std::string> leaves_;
  std::map<std::string, std::uint64_t> salts_;
  std::map<std::pair<Family, std::string>, std::uint64_t> last_;
  std::map<std::string, std::uint64_t> tips_;  // the last seq of a prefix
  std::map<std::string, ByChannel> counts_;
  std::map<std::string, bool> alive_;
  std::map<std::string, std::pair<std::uint64_t, std::int64_t>> requested_;  // seq, time
  std::int64_t time_ms_ = 0;
  std::int64_t lag_ms_ = 0;
};

}  // namespace

Recount CountAgain(const store::Readable& store) { return Counter(store).Count(); }

std::vector<Line> ExpectAgreement(const store::Readable& store) {
  Recount recount = CountAgain(store);
  for (const std::string& fault : recount.faults) ADD_FAILURE() << fault;
  return std::move(recount.log);
}

}  // namespace idnode::ledger
