// The table of prefixes and tokens when the store cannot be read.
#include "registry/control.h"

#include <atomic>

#include "registry_fixture.h"

namespace idnode::registry {
namespace {

// A store whose scans can fail.
class FailingStore final : public store::Readable {
 public:
  explicit FailingStore(const store::Readable& below) : below_(below) {}

  Status Get(store::Family family, std::string_view key, std::string& value) const override {
    return below_.Get(family, key, value);
  }
  Result<std::vector<std::optional<std::string>>> MultiGet(
      store::Family family, std::span<const std::string_view> keys) const override {
    return below_.MultiGet(family, keys);
  }
  Result<std::vector<store::Row>> Scan(store::Family family, std::string_view from,
                                       std::size_t limit) const override {
    if (fails) return Error{Errc::kUnavailable, 0, "scan"};
    return below_.Scan(family, from, limit);
  }
  Result<std::string> Head() const override { return below_.Head(); }

  std::atomic<bool> fails{false};

 private:
  const store::Readable& below_;
};

// After the store was opened again the table may lack a revocation whose outcome was unknown.
TEST_F(RegistryTest, NobodyIsLetInByATableThatMayBeOld) {
  const Principal reader = Admit("s3cret", {stored::v1::SCOPE_READ}, "88.1");
  FailingStore failing(*engine_);
  ControlTable table(failing);
  ASSERT_TRUE(table.Load().ok());
  Done(RevokeToken{reader.token().id()});  // of which the table is not told

  failing.fails = true;
  table.OnCommit({}, {});
  EXPECT_FALSE(table.Current().ok());
  const Registry registry(*committer_, table, clock_, {});
  const auto refused = registry.Authenticate("s3cret");
  ASSERT_TRUE(std::holds_alternative<Problem>(refused));
  EXPECT_EQ(std::get<Problem>(refused).name(), "unavailable");

  failing.fails = false;
  const auto revoked = registry.Authenticate("s3cret");
  ASSERT_TRUE(std::holds_alternative<Problem>(revoked));
  EXPECT_EQ(std::get<Problem>(revoked).name(), "token_revoked");
  EXPECT_TRUE(table.Current().ok());
}

}  // namespace
}  // namespace idnode::registry
