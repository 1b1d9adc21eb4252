// How fast a log is verified and recounted, against the plain reading of the same rows.
//
//   audit_bench [ENTRIES]     200,000 by default
//
// One log in memory and one in RocksDB, made by the committer: 20 prefixes, 40 days, every fourth
// entry an update, every twentieth a deletion. Entries a second, the median of five; "of reading"
// is the time of a scan of the families in question, in the same run, over the time measured.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "audit/recount.h"
#include "audit/row_cursor.h"
#include "audit/verify.h"
#include "base/clock.h"
#include "ledger/committer.h"
#include "ledger/fixture.h"
#include "ledger/log.h"
#include "store/memory/memory_engine.h"
#include "store/rocksdb/rocks_engine.h"

namespace idnode {
namespace {

using store::Family;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "audit_bench: %s\n", what);
  std::exit(1);
}

ledger::Wish NextWish(std::size_t number) {
  const auto name = [](std::size_t of) {
    return "88.118." + std::to_string(of % 20) + "/SKU-" + std::to_string(of);
  };
  const std::string url = "https://products.example/" + std::to_string(number * 7'919);
  // What is updated and deleted was created a hundred entries before.
  if (number % 4 == 3) return ledger::Updates(name(number - 101), ledger::ValuesOf(url));
  if (number % 20 == 18) return ledger::Deletes(name(number - 102));
  return ledger::Creates(name(number), ledger::ValuesOf(url));
}

void MakeLog(store::Engine& engine, std::size_t entries) {
  constexpr std::size_t kTogether = 2'000;
  constexpr std::size_t kDays = 40;
  ManualClock clock(ledger::kTestTime);
  const auto committer = ledger::Committer::Start(engine, clock, nullptr, {}, {}).value();
  std::vector<std::future<ledger::Answer>> answers;
  for (std::size_t i = 0; i < entries; ++i) {
    answers.push_back(ledger::Send(*committer, NextWish(i)));
    if (answers.size() < kTogether && i + 1 < entries) continue;
    for (auto& answer : answers) (void)answer.get();
    answers.clear();
    clock.Advance(static_cast<std::int64_t>(Day::kMs * kDays * kTogether / entries));
  }
}

double SecondsOf(const std::function<void()>& work) {
  std::array<double, 5> seconds{};
  for (double& one : seconds) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    one = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

std::uint64_t Read(const store::Readable& store, const std::vector<Family>& families) {
  std::uint64_t octets = 0;
  for (const Family family : families) {
    audit::RowCursor rows(store, family);
    for (;;) {
      const auto row = rows.Peek();
      Require(row.ok(), "cannot read");
      if (row.value() == nullptr) break;
      octets += row.value()->value.size();
      rows.Next();
    }
  }
  return octets;
}

void Measure(const char* name, const store::Readable& store) {
  const auto entries = static_cast<double>(ledger::ReadHead(store).value().seq());
  const auto print = [&](const char* what, double seconds, double limit) {
    std::printf("%-8s %-8s %10.0f entries/s   %5.3f of reading (%.0f entries/s)\n", name, what,
                entries / seconds, limit / seconds, entries / limit);
  };
  const double all = SecondsOf([&] {
    Require(Read(store, {Family::kLeaf, Family::kPayload, Family::kRecords, Family::kControl,
                         Family::kCounts, Family::kRequests}) > 0,
            "nothing there");
  });
  const double leaves = SecondsOf([&] {
    Require(Read(store, {Family::kLeaf, Family::kCounts}) > 0, "empty");
  });
  const double verify = SecondsOf([&] {
    const auto verified = audit::Verify(store, {});
    Require(verified.ok() && verified.value().ok(), "verification found differences");
  });
  const double recount = SecondsOf([&] {
    const auto recounted = audit::Recount(store, {});
    Require(recounted.ok() && recounted.value().equal(), "the recount found differences");
  });
  print("verify", verify, all);
  print("recount", recount, leaves);
}

void Run(std::size_t entries) {
  {
    store::MemoryDisk disk;
    store::MemoryEngine engine(disk);
    MakeLog(engine, entries);
    Measure("memory", engine);
  }
  std::string directory = (std::filesystem::temp_directory_path() / "audit-bench-XXXXXX").string();
  Require(::mkdtemp(directory.data()) != nullptr, "cannot make a directory");
  {
    MakeLog(*store::RocksEngine::Open(directory, {}).value(), entries);
    // Opened again, it lies in tables.
    Measure("rocksdb", *store::RocksEngine::Open(directory, {}).value());
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace idnode

int main(int argc, char** argv) {
  const std::size_t entries = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200'000;
  idnode::Require(entries > 0, "usage: audit_bench [ENTRIES]");
  idnode::Run(entries);
  return 0;
}
