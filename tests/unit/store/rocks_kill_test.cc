// Kills a process that commits, or is just opening, again and again: what it was told is committed
// stays, a commit is there whole or not at all, and no remainder of a kill is taken for damage.
//
// The process is this program once more, with one test of it; a mere fork() would leave RocksDB
// without its threads. Prints its seed.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <thread>

#include "store/mark_file.h"
#include "store/rocksdb/rocks_engine.h"
#include "temporary_directory.h"

namespace idnode::store {
namespace {

constexpr const char* kDirectory = "IDNODE_TEST_KILLED_DIRECTORY";

// Small memtables, so that tables and new logs are made all the time.
constexpr std::size_t kMemtable = std::size_t{16} << 10;

std::string NameOf(std::uint64_t seq) {
  std::string name = std::to_string(seq);
  return std::string(12 - name.size(), '0') + name;
}

// Expects entries 1 to that of the head, each with both its rows; returns how many that are.
std::uint64_t Check(const RocksEngine& engine) {
  const std::string head = engine.Head().value();
  const std::uint64_t seq = head.empty() ? 0 : std::stoull(head);
  for (const Family family : {Family::kLeaf, Family::kPayload}) {
    const auto rows = engine.Scan(family, "", 1'000'000);
    EXPECT_TRUE(rows.ok()) << rows.error().what;
    EXPECT_EQ(rows.value().size(), seq) << FamilyName(family);
    EXPECT_EQ(rows.value().empty() ? NameOf(0) : rows.value().back().key, NameOf(seq));
  }
  return seq;
}

// The process that is killed: commits, and notes each commit in the mark file, for ever.
// Disabled because it never ends by itself: the test below starts it by name in a process of its
// own.
TEST(RocksKillTest, DISABLED_CommitUntilKilled) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const char* chosen = std::getenv(kDirectory);  // NOLINT(concurrency-mt-unsafe): one thread
  ASSERT_NE(chosen, nullptr);
  const std::filesystem::path directory = chosen;
  auto opened = RocksEngine::Open(directory / "db", {.memtable_octets = kMemtable});
  ASSERT_TRUE(opened.ok());
  RocksEngine& engine = *opened.value();
  MarkFile mark = std::move(MarkFile::Open(directory / "mark", true)).value();
  std::string head = engine.Head().value();
  const std::uint64_t last = head.empty() ? 0 : std::stoull(head);
  ASSERT_TRUE(mark.Store(last).ok());  // the commit that was killed before it was noted
  for (std::uint64_t seq = last + 1; true; ++seq) {
    const std::string name = NameOf(seq);
    const std::vector<Put> puts = {{Family::kRecords, std::to_string(seq % 100), name},
                                   {Family::kLeaf, name, std::string(100 + seq % 100, 'l')},
                                   {Family::kPayload, name, std::string(100 + seq % 300, 'p')}};
    ASSERT_EQ(engine.Commit(head, std::to_string(seq), puts, {}).value(), Outcome::kCommitted);
    head = std::to_string(seq);
    ASSERT_TRUE(mark.Store(seq).ok());
    ASSERT_TRUE(seq % 400 != 0 || engine.Reopen().ok());
  }
}

pid_t Start(const std::filesystem::path& directory) {
  const std::string variable = std::string(kDirectory) + '=' + directory.string();
  std::string program = "/proc/self/exe";
  // Disabled because it never ends by itself, so it runs only here, by name.
  std::string filter = "--gtest_filter=RocksKillTest.DISABLED_CommitUntilKilled";
  std::string disabled = "--gtest_also_run_disabled_tests";
  const std::array<char*, 4> arguments = {program.data(), filter.data(), disabled.data(), nullptr};
  const std::array<char*, 2> environment = {const_cast<char*>(variable.c_str()), nullptr};
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::close(STDOUT_FILENO);
  ::execve(program.c_str(), arguments.data(), environment.data());
  ::_exit(127);
}

// Until the mark says `entries`, but not for ever.
void AwaitEntries(const std::filesystem::path& mark, std::uint64_t entries) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < deadline) {
    const auto stored = MarkFile::Read(mark);
    if (stored.ok() && stored.value().value_or(0) >= entries) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(RocksKillTest, WhatWasCommittedSurvivesAKillAtAnyMoment) {
  constexpr int kKills = 25;
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> opening_ms(0, 100);
  std::uniform_int_distribution<std::uint64_t> more_entries(1, 40);
  const TemporaryDirectory directory;
  std::uint64_t entries = 0;
  for (int i = 0; i < kKills; ++i) {
    const pid_t child = Start(directory.path());
    ASSERT_GT(child, 0);
    if (i % 3 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(opening_ms(random)));
    if (i % 3 != 0) AwaitEntries(directory.path() / "mark", entries + more_entries(random));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it failed by itself: " << status;

    std::string reason;
    const auto engine =
        RocksEngine::Open(directory.path() / "db", {.memtable_octets = kMemtable}, &reason);
    ASSERT_TRUE(engine.ok()) << reason;
    const auto mark = MarkFile::Read(directory.path() / "mark");
    ASSERT_TRUE(mark.ok()) << mark.error().what;
    const std::uint64_t seq = Check(*engine.value());
    ASSERT_GE(seq, entries);
    ASSERT_GE(seq, mark.value().value_or(0)) << "acknowledged and lost";
    ASSERT_LE(seq, mark.value().value_or(0) + 1) << "at most one was not acknowledged yet";
    entries = seq;
  }
  std::cout << entries << " entries\n";
  EXPECT_GT(entries, 0U);
}

}  // namespace
}  // namespace idnode::store
