#include "store/directory_lock.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>

#include "other_user.h"
#include "temporary_directory.h"

namespace idnode::store {
namespace {

using Kind = DirectoryLock::Kind;

// Another process that holds the lock until it is killed.
class Holder {
 public:
  Holder(const std::filesystem::path& directory, Kind kind) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // never outlives the test
      const auto lock = DirectoryLock::Acquire(directory, kind);
      const char ok = lock.ok() ? 'y' : 'n';
      (void)!::write(ends[1], &ok, 1);
      if (lock.ok()) ::pause();
      ::_exit(1);
    }
    char ok = 'n';
    (void)!::read(ends[0], &ok, 1);
    ::close(ends[0]);
    ::close(ends[1]);
    if (ok == 'y') return;
    Kill();
    throw std::runtime_error("the other process got no lock");
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { Kill(); }

  void Kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    pid_ = 0;
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

class DirectoryLockTest : public testing::Test {
 protected:
  void TearDown() override { ::chmod(directory_.path().c_str(), 0755); }  // or it stays for ever

  Result<DirectoryLock> Acquire(Kind kind) {
    reason_.clear();
    return DirectoryLock::Acquire(directory_.path(), kind, &reason_);
  }

  const TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "lock";
  std::string reason_;
};

TEST_F(DirectoryLockTest, TheServersProcessIdIsInTheFile) {
  const auto lock = Acquire(Kind::kExclusive);
  ASSERT_TRUE(lock.ok()) << reason_;
  pid_t pid = 0;
  std::ifstream(file_) >> pid;
  EXPECT_EQ(pid, ::getpid());
}

TEST_F(DirectoryLockTest, RefusesASecondServerAndNamesTheFirst) {
  Holder server(directory_.path(), Kind::kExclusive);
  for (const Kind kind : {Kind::kExclusive, Kind::kShared}) {
    const auto lock = Acquire(kind);
    ASSERT_FALSE(lock.ok());
    EXPECT_EQ(lock.error().code, Errc::kUnavailable);
    EXPECT_EQ(lock.error().detail, static_cast<std::uint32_t>(EWOULDBLOCK));
    EXPECT_NE(reason_.find("process " + std::to_string(server.pid())), std::string::npos)
        << reason_;
    EXPECT_NE(reason_.find(directory_.path().string()), std::string::npos) << reason_;
  }
  server.Kill();
  EXPECT_TRUE(Acquire(Kind::kExclusive).ok()) << "the lock ends with its process: " << reason_;
}

TEST_F(DirectoryLockTest, RefusesAServerBesideReadersAndNamesNoProcessThatIsGone) {
  Holder killed(directory_.path(), Kind::kExclusive);
  const std::string old_pid = std::to_string(killed.pid());
  killed.Kill();
  const auto one = Acquire(Kind::kShared);
  ASSERT_TRUE(one.ok()) << reason_;
  const auto two = Acquire(Kind::kShared);
  ASSERT_TRUE(two.ok()) << "readers do not mind each other: " << reason_;
  const auto server = Acquire(Kind::kExclusive);
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().code, Errc::kUnavailable);
  EXPECT_EQ(reason_.find(old_pid), std::string::npos) << reason_;
  EXPECT_NE(reason_.find("reads"), std::string::npos) << reason_;
}

TEST_F(DirectoryLockTest, EndsWithTheObjectAndMovesWithIt) {
  auto first = Acquire(Kind::kExclusive);
  ASSERT_TRUE(first.ok());
  {
    const DirectoryLock moved = std::move(first).value();
    EXPECT_FALSE(Acquire(Kind::kExclusive).ok()) << "also within one process";
  }
  EXPECT_TRUE(Acquire(Kind::kExclusive).ok()) << reason_;
}

TEST_F(DirectoryLockTest, AReaderNeedsNoPermissionToWriteAndLeavesNothing) {
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0555), 0);
  const OtherUser nobody;
  EXPECT_TRUE(Acquire(Kind::kShared).ok()) << reason_;
  EXPECT_FALSE(std::filesystem::exists(file_));
  const auto server = Acquire(Kind::kExclusive);
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().code, Errc::kDenied);
  EXPECT_NE(reason_.find("Permission denied"), std::string::npos) << reason_;
}

TEST_F(DirectoryLockTest, AReaderLocksAFileItMayNotWrite) {
  ASSERT_TRUE(Acquire(Kind::kExclusive).ok());
  ASSERT_EQ(::chmod(file_.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0555), 0);
  const OtherUser nobody;
  const auto reader = Acquire(Kind::kShared);
  ASSERT_TRUE(reader.ok()) << reason_;
  EXPECT_THROW(Holder(directory_.path(), Kind::kExclusive), std::runtime_error);
}

TEST_F(DirectoryLockTest, SaysWhenThereIsNoDirectory) {
  for (const Kind kind : {Kind::kExclusive, Kind::kShared}) {
    std::string reason;
    const auto lock = DirectoryLock::Acquire(directory_.path() / "absent", kind, &reason);
    ASSERT_FALSE(lock.ok());
    EXPECT_EQ(lock.error().code, Errc::kNotFound);
    EXPECT_NE(reason.find("absent"), std::string::npos) << reason;
  }
}

}  // namespace
}  // namespace idnode::store
