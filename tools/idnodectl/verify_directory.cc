#include "verify_directory.h"

#include "audit/verify.h"
#include "failure.h"
#include "output.h"
#include "registry/log_rules.h"
#include "store/directory_lock.h"
#include "store/mark_file.h"
#include "store/rocksdb/rocks_engine.h"

namespace idnode::ctl {
namespace {

Failure Unreadable(const std::filesystem::path& directory, const std::string& reason,
                   Language language) {
  return {Exit::kFailed, "data_unreadable", "--data",
          Say(language, text::kDataUnreadable, directory.string(), reason),
          Say(language, text::kDataUnreadableFix)};
}

v1::VerifyResponse::Result ToMessage(const audit::Verification& verified, Language language) {
  v1::VerifyResponse::Result result;
  result.set_ok(verified.ok());
  result.set_entries(verified.entries);
  if (verified.root.has_value()) result.set_root_hash(std::string(AsText(*verified.root)));
  for (const audit::Difference& difference : verified.differences) {
    auto& out = *result.add_differences();
    out.set_family(store::FamilyName(difference.family));
    out.set_key(difference.key);
    out.set_name(audit::KeyInWords(difference.family, difference.key).In(language));
    out.set_what(difference.what.In(language));
  }
  result.set_difference_count(verified.difference_count);
  return result;
}

}  // namespace

v1::VerifyResponse::Result VerifyDirectory(
    const std::filesystem::path& directory, Language language,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress) {
  std::string reason;
  const auto lock =
      store::DirectoryLock::Acquire(directory, store::DirectoryLock::Kind::kShared, &reason);
  if (!lock.ok()) throw Unreadable(directory, reason, language);
  const auto engine = store::RocksEngine::Open(directory / "db", {.read_only = true}, &reason);
  if (!engine.ok()) throw Unreadable(directory, reason, language);
  const auto mark = store::MarkFile::Read(directory / "mark");
  if (!mark.ok()) throw Unreadable(directory, std::string("mark: ") + mark.error().what, language);
  registry::LogRules rules;
  const auto verified = audit::Verify(
      *engine.value(), {.mark = mark.value(),
                        .rule = [&rules](const auto&... entry) { return rules.FaultOf(entry...); },
                        .progress = progress});
  if (!verified.ok()) throw Unreadable(directory, verified.error().what, language);
  return ToMessage(verified.value(), language);
}

}  // namespace idnode::ctl
