// What the operator is told when the data directory is not what it should be.
#include "node/core.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "ledger/head.h"
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
  const std::string refusal = Refusal();
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
  const std::string refusal = Refusal();
  EXPECT_TRUE(Has(refusal, "the head of the log in " + (path_ / "db").string() + " is damaged"))
      << refusal;
  EXPECT_TRUE(Has(refusal, "restore " + path_.string() + " from a backup")) << refusal;
  EXPECT_TRUE(Has(refusal, "idnodectl audit verify --data " + path_.string())) << refusal;
  EXPECT_FALSE(Has(refusal, "remove"))
      << "the mark is the evidence of how long it was: " << refusal;
}

}  // namespace
}  // namespace idnode::node
