// The table of prefixes and tokens when the store cannot be read.
#include "registry/control.h"

#include "ledger/hooked_engine.h"
#include "registry_fixture.h"

namespace idnode::registry {
namespace {

// After the store was opened again the table may lack a revocation whose outcome was unknown.
TEST_F(RegistryTest, NobodyIsLetInByATableThatMayBeOld) {
  const Principal reader = Admit("s3cret", {stored::v1::SCOPE_READ}, "88.1");
  bool fails = false;
  ledger::HookedEngine engine(disk_);
  engine.on_scan = [&]() -> std::optional<Error> {
    if (!fails) return std::nullopt;
    return Error{Errc::kUnavailable, 0, "scan"};
  };
  ControlTable table(engine);
  ASSERT_TRUE(table.Load().ok());
  Done(RevokeToken{reader.token().id()});  // of which the table is not told

  fails = true;
  table.OnCommit({}, {});
  EXPECT_FALSE(table.Current().ok());
  const Registry registry(*committer_, table, clock_, {});
  const auto refused = registry.Authenticate("s3cret");
  ASSERT_TRUE(std::holds_alternative<Problem>(refused));
  EXPECT_EQ(std::get<Problem>(refused).name(), "read_unavailable");

  fails = false;
  const auto revoked = registry.Authenticate("s3cret");
  ASSERT_TRUE(std::holds_alternative<Problem>(revoked));
  EXPECT_EQ(std::get<Problem>(revoked).name(), "token_revoked");
  EXPECT_TRUE(table.Current().ok());
}

}  // namespace
}  // namespace idnode::registry
