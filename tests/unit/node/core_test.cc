// What the operator is told when the data directory is not what it should be.
#include "node/core.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include "base/crc32c.h"
#include "base/writer.h"
#include "ledger/head.h"
#include "node/start_check.h"
#include "temporary_directory.h"

namespace idnode::node {
namespace {

class Silent final : public Logger {
 public:
  void Write(Level /*level*/, std::string_view /*event*/, Fields /*fields*/) override {}
};

class CoreTest : public testing::Test {
 protected:
  // What opening the directory is refused with; nothing if it is not.
  std::string Refusal() {
    try {
      const Core core(path_, {}, clock_, logger_);
      return "";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

  // The octets of every file, but of those that say who has the directory open.
  std::map<std::string, std::string> Content() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      const std::string name = entry.path().filename();
      if (!entry.is_regular_file() || name == "lock" || name == "LOCK") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      files[entry.path()] = {std::istreambuf_iterator<char>(file), {}};
    }
    return files;
  }

  // The same, each time; and that nothing of the directory is changed by it.
  std::string RefusalThatChangesNothing() {
    const auto before = Content();
    for (int i = 0; i < 3; ++i) {
      EXPECT_THROW(Core(path_, {}, clock_, logger_), NeedsOperator);
      EXPECT_TRUE(Content() == before);
    }
    return Refusal();
  }

  // Puts `head` into the store in the place of its own.
  void Behead(std::string_view head) {
    const auto engine = store::RocksEngine::Open(path_ / "db", {}).value();
    const std::string before = engine->Head().value();
    ASSERT_EQ(engine->Commit(before, head, {}, {}).value(), store::Outcome::kCommitted);
  }

  static bool Has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  const TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "data";
  const ManualClock clock_{1'794'985'600'000};
  Silent logger_;
};

TEST_F(CoreTest, ALogBehindItsMarkIsToldWithTheWayToGoOnWithoutWhatIsMissing) {
  ASSERT_EQ(Refusal(), "");
  ASSERT_TRUE(store::MarkFile::Open(path_ / "mark", false).value().Store(18).ok());
  const std::string refusal = RefusalThatChangesNothing();
  EXPECT_TRUE(Has(refusal, "acknowledged entries are missing (17)")) << refusal;
  EXPECT_TRUE(Has(refusal, "restore " + path_.string() + " from a backup")) << refusal;
  EXPECT_TRUE(Has(refusal, "idnodectl audit verify --data " + path_.string())) << refusal;
  EXPECT_TRUE(Has(refusal, "remove " + (path_ / "mark").string())) << refusal;
  std::filesystem::remove(path_ / "mark");
  EXPECT_EQ(Refusal(), "") << "the advice is good";
}

TEST_F(CoreTest, ADamagedHeadIsToldAndTheMarkLeftAlone) {
  ASSERT_EQ(Refusal(), "");
  std::string head;
  {
    const auto engine = store::RocksEngine::Open(path_ / "db", {.read_only = true}).value();
    head = engine->Head().value();
  }
  head[7] ^= 1;
  Behead(head);
  const std::string refusal = RefusalThatChangesNothing();
  EXPECT_TRUE(Has(refusal, "the head of the log in " + (path_ / "db").string() + " is damaged"))
      << refusal;
  EXPECT_TRUE(Has(refusal, "restore " + path_.string() + " from a backup")) << refusal;
  EXPECT_TRUE(Has(refusal, "idnodectl audit verify --data " + path_.string())) << refusal;
  EXPECT_FALSE(Has(refusal, "remove"))
      << "the mark is the evidence of how long it was: " << refusal;
}

TEST_F(CoreTest, ANewerLayoutIsLeftAsItIs) {
  ASSERT_EQ(Refusal(), "");
  std::string head =
      std::string(1, ledger::kLayoutVersion + 1) + "and what only that version knows";
  TextWriter(head).U32(Crc32c(AsBytes(head)));
  Behead(head);
  const std::string refusal = RefusalThatChangesNothing();
  EXPECT_TRUE(
      Has(refusal, "written by a newer version of idnoded (layout 2); install that version"))
      << refusal;
}

TEST_F(CoreTest, ATokenThatDoesNotReadIsNoticedBeforeAnythingIsChanged) {
  ASSERT_EQ(Refusal(), "");
  {
    const auto engine = store::RocksEngine::Open(path_ / "db", {}).value();
    const auto rows = engine->Scan(store::Family::kControl, "", 1).value();
    ASSERT_EQ(rows.size(), 1U);
    std::string value = rows.front().value;
    value.back() = static_cast<char>(value.back() ^ 1);
    const std::string head = engine->Head().value();
    const std::vector<store::Put> puts = {{store::Family::kControl, rows.front().key, value}};
    ASSERT_EQ(engine->Commit(head, head, puts, {}).value(), store::Outcome::kCommitted);
  }
  const std::string refusal = RefusalThatChangesNothing();
  EXPECT_TRUE(Has(refusal, "prefixes and tokens cannot be read")) << refusal;
}

}  // namespace
}  // namespace idnode::node
