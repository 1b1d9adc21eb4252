// The mark beside the store: a log that is shorter than it was does not go unnoticed.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include "fixture.h"
#include "hooked_engine.h"
#include "ledger/committer.h"
#include "recount.h"
#include "store/mark_file.h"
#include "temporary_directory.h"

namespace idnode::ledger {
namespace {

using Kind = Answer::Kind;

class MarkTest : public testing::Test {
 protected:
  MarkTest() : mark_(store::MarkFile::Open(path_, true).value()) {}

  Result<std::unique_ptr<Committer>> Start(store::Engine& engine) {
    return Committer::Start(engine, clock_, &mark_, {}, {.retry = std::chrono::milliseconds(1)});
  }

  void Write(int entries) {
    store::MemoryEngine engine(disk_);
    const auto committer = Start(engine).value();
    for (int i = 0; i < entries; ++i) {
      const std::string identifier = "88.118/" + std::to_string(number_++);
      ASSERT_EQ(Send(*committer, Creates(identifier)).get().kind, Kind::kCommitted);
    }
  }

  // As another process would see it.
  std::uint64_t InFile() const { return store::MarkFile::Read(path_).value().value(); }

  const TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "mark";
  ManualClock clock_{kTestTime};
  store::MemoryDisk disk_;
  store::MarkFile mark_;
  int number_ = 0;
};

TEST_F(MarkTest, IsTheLengthOfTheLogBeforeAnybodyIsAnswered) {
  store::MemoryEngine engine(disk_);
  const auto committer = Start(engine).value();
  for (Seq seq = 0; seq < 5; ++seq) {
    std::uint64_t at_answer = 0;
    auto answer = Send(*committer, Creates("88.118/" + std::to_string(seq)),
                       {.on_answer = [&](const Answer&) { at_answer = InFile(); }});
    ASSERT_EQ(answer.get().kind, Kind::kCommitted);
    EXPECT_EQ(at_answer, seq + 1);
  }
}

TEST_F(MarkTest, AHeadBehindItIsRefusedAndTheMarkStays) {
  Write(3);
  const store::MemoryDisk older = disk_;
  Write(2);
  disk_ = older;
  for (int attempt = 0; attempt < 2; ++attempt) {
    store::MemoryEngine engine(disk_);
    const auto refused = Start(engine);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Errc::kConflict);
    EXPECT_EQ(refused.error().detail, 2U) << "so many are missing";
    EXPECT_EQ(InFile(), 5U) << "the evidence is not overwritten";
  }
}

TEST_F(MarkTest, AnEmptyStoreBesideItIsRefused) {
  Write(3);
  disk_ = {};
  store::MemoryEngine engine(disk_);
  const auto refused = Start(engine);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::kConflict);
  EXPECT_EQ(refused.error().detail, 3U);
}

TEST_F(MarkTest, AnOldOneIsFineAndCatchesUp) {
  Write(3);
  ASSERT_TRUE(mark_.Store(1).ok());  // it is never synced, so a loss of power may age it
  store::MemoryEngine engine(disk_);
  ASSERT_TRUE(Start(engine).ok());
  EXPECT_EQ(InFile(), 3U);
}

TEST_F(MarkTest, ADamagedOneIsRefused) {
  Write(1);
  std::filesystem::resize_file(path_, 19);
  store::MemoryEngine engine(disk_);
  const auto refused = Start(engine);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::kCorrupt);
}

TEST_F(MarkTest, FollowsAnUnknownCommitThatTurnsOutToBeThere) {
  HookedEngine engine(disk_);
  engine.on_commit = [&](std::size_t commit) -> std::optional<Result<store::Outcome>> {
    if (commit == 2) engine.below().Inject(store::MemoryEngine::Fault::kUnknownApplied);
    return std::nullopt;
  };
  engine.on_reopen = [](std::size_t reopen) -> std::optional<Error> {
    if (reopen > 1) return std::nullopt;
    return Error{Errc::kUnavailable, 0, "not now, on order"};
  };
  const auto committer = Start(engine).value();
  ASSERT_EQ(Send(*committer, Creates("88.118/A")).get().kind, Kind::kCommitted);
  ASSERT_EQ(Send(*committer, Creates("88.118/B")).get().kind, Kind::kOutcomeUnknown);
  while (!committer->state().accepts_writes) std::this_thread::yield();
  committer->Stop();
  EXPECT_EQ(InFile(), 2U);
}

TEST_F(MarkTest, IsNotLoweredWhenTheStoreComesBackShorter) {
  HookedEngine engine(disk_);
  engine.on_commit = [&](std::size_t commit) -> std::optional<Result<store::Outcome>> {
    if (commit == 3) engine.below().Inject(store::MemoryEngine::Fault::kUnknownLost);
    return std::nullopt;
  };
  engine.on_reopen = [&](std::size_t) -> std::optional<Error> {
    disk_ = {};
    return std::nullopt;
  };
  const auto committer = Start(engine).value();
  ASSERT_EQ(Send(*committer, Creates("88.118/A")).get().kind, Kind::kCommitted);
  ASSERT_EQ(Send(*committer, Creates("88.118/B")).get().kind, Kind::kCommitted);
  EXPECT_EQ(Send(*committer, Creates("88.118/C")).get().kind, Kind::kOutcomeUnknown);
  while (committer->state().refusal.code != Errc::kCorrupt) std::this_thread::yield();
  committer->Stop();
  EXPECT_EQ(InFile(), 2U);
}

// Writes to no file beyond its octet 0, so to none, as long as this lives.
class NoFileGrows {
 public:
  NoFileGrows() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  NoFileGrows(const NoFileGrows&) = delete;
  NoFileGrows& operator=(const NoFileGrows&) = delete;
  ~NoFileGrows() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(MarkTest, ThatItCannotBeKeptIsToldOnceAndTheEndOfIt) {
  std::signal(SIGXFSZ, SIG_IGN);
  store::MemoryEngine engine(disk_);
  std::vector<std::pair<bool, std::string>> told;
  auto started =
      Committer::Start(engine, clock_, &mark_, {}, {.report = [&](const Committer::Notice& notice) {
                         told.emplace_back(notice.is_trouble, notice.text);
                       }});
  const auto committer = std::move(started).value();
  const auto create = [&] {
    const std::string identifier = "88.118/" + std::to_string(number_++);
    return Send(*committer, Creates(identifier)).get().kind;
  };
  ASSERT_EQ(create(), Kind::kCommitted);
  ASSERT_TRUE(told.empty());
  {
    const NoFileGrows none;
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(create(), Kind::kCommitted) << "it is synced all the same";
  }
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].first);
  EXPECT_NE(told[0].second.find("File too large"), std::string::npos) << told[0].second;
  EXPECT_EQ(InFile(), 1U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(create(), Kind::kCommitted);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_FALSE(told[1].first);
  EXPECT_EQ(InFile(), 7U);
}

}  // namespace
}  // namespace idnode::ledger
