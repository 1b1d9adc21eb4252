#include "node/core.h"

#include <future>
#include <stdexcept>
#include <utility>

#include "base/error_words.h"
#include "node/admin_token.h"
#include "node/data_directory.h"
#include "node/start_check.h"

namespace idnode::node {
namespace {

[[noreturn]] void Refuse(const std::string& what) { throw std::runtime_error(what); }

std::shared_ptr<const resolve::PrefixTable> TableOf(const registry::Control& control) {
  auto table = std::make_shared<resolve::PrefixTable>();
  for (const auto& [name, prefix] : control.prefixes) {
    const bool sensitive = prefix.object->case_policy() == stored::v1::CASE_POLICY_SENSITIVE;
    table->Add(name, sensitive ? handle::CasePolicy::kSensitive : handle::CasePolicy::kFold);
  }
  return table;
}

stored::v1::Token AdminToken(const std::string& secret) {
  stored::v1::Token token;
  token.set_secret_sha256(registry::SecretHash(secret));
  token.set_name("administrator, let in by the node");
  token.set_all_prefixes(true);
  for (const auto scope :
       {stored::v1::SCOPE_REGISTER, stored::v1::SCOPE_READ, stored::v1::SCOPE_MONITOR,
        stored::v1::SCOPE_AUDIT, stored::v1::SCOPE_ADMIN}) {
    token.add_scopes(scope);
  }
  return token;
}

// One that is there and does not read, or cannot be made.
[[noreturn]] void RefuseAdminToken(const std::filesystem::path& directory, const Error& error) {
  const std::string what = "the administrator's token " + AdminTokenFile(directory).string() + " ";
  const bool is_other = error.code == Errc::kMalformed || error.code == Errc::kTooLarge;
  if (is_other) {
    throw NeedsOperator(what + "is no token (" + InWords(error) +
                        "); remove the file and start again");
  }
  throw std::runtime_error(what + "cannot be read or written: " + InWords(error));
}

void CheckAdminToken(const std::filesystem::path& directory) {
  const Result<std::string> secret = ReadAdminSecret(directory);
  if (!secret.ok() && secret.error().code != Errc::kNotFound) {
    RefuseAdminToken(directory, secret.error());
  }
}

}  // namespace

Core::Core(const std::filesystem::path& directory, const Options& options, const Clock& clock,
           Logger& logger)
    : clock_(clock), logger_(logger), prefixes_(std::make_shared<const resolve::PrefixTable>()) {
  OwnDirectory(directory);
  if (options.on_owned) options.on_owned();
  // Opening the store for writing rewrites it: nothing may be refused after that which could have
  // been seen before.
  const bool is_first = CheckStore(directory, options.store).seq() == 0;
  if (is_first && !options.new_admin_token) CheckAdminToken(directory);
  OpenStore(directory, options.store);
  control_ = std::make_unique<registry::ControlTable>(*engine_);
  control_->OnChange(
      [this](const registry::Control& control) { prefixes_.Publish(TableOf(control)); });
  const Status loaded = control_->Load();
  if (!loaded.ok()) RefuseControl(loaded.error(), directory);
  StartCommitter(directory, options);
  registry_ =
      std::make_unique<registry::Registry>(*committer_, *control_, clock_, options.registry);
  lookup_ = std::make_unique<registry::Lookup>(*engine_, *control_, options.list_page);
  AdmitAdministrator(directory, options.new_admin_token);
}

Core::~Core() { Stop(); }

void Core::Stop() {
  if (committer_ != nullptr) committer_->Stop();
}

void Core::OwnDirectory(const std::filesystem::path& directory) {
  PrepareDirectory(directory, logger_);
  std::string reason;
  auto lock =
      store::DirectoryLock::Acquire(directory, store::DirectoryLock::Kind::kExclusive, &reason);
  if (!lock.ok()) Refuse(reason);
  lock_ = std::make_unique<store::DirectoryLock>(std::move(lock).value());
}

void Core::OpenStore(const std::filesystem::path& directory, store::RocksOptions options) {
  std::string reason;
  options.report = [this](const std::string& trouble) {
    logger_.Error("store failed", {{"reason", trouble}});
  };
  auto engine = store::RocksEngine::Open(directory / "db", options, &reason);
  if (!engine.ok()) Refuse(reason);
  engine_ = std::move(engine).value();
}

void Core::StartCommitter(const std::filesystem::path& directory, const Options& options) {
  auto mark = store::MarkFile::Open(directory / "mark", true);
  if (!mark.ok()) {
    Refuse("the mark file " + (directory / "mark").string() + " cannot be used (" +
           InWords(mark.error()) + ")");
  }
  mark_ = std::make_unique<store::MarkFile>(std::move(mark).value());
  std::vector<ledger::CommitListener*> listeners = {control_.get()};
  listeners.insert(listeners.end(), options.listeners.begin(), options.listeners.end());
  ledger::Committer::Options committer_options = options.committer;
  committer_options.report = [this](const ledger::Committer::Notice& notice) {
    const auto level = notice.is_trouble ? Logger::Level::kError : Logger::Level::kInfo;
    logger_.Write(level, notice.is_trouble ? "ledger failed" : "ledger recovered",
                  {{"reason", notice.text}});
  };
  auto committer = ledger::Committer::Start(*engine_, clock_, mark_.get(), std::move(listeners),
                                            committer_options);
  if (!committer.ok()) RefuseLog(committer.error(), directory);
  committer_ = std::move(committer).value();
  logger_.Info("store opened",
               {{"directory", directory.string()}, {"entries", committer_->state().head.seq()}});
}

void Core::AdmitAdministrator(const std::filesystem::path& directory, bool anew) {
  const bool is_first = committer_->state().head.seq() == 0;
  if (!is_first && !anew) return;
  const Result<std::string> secret =
      anew ? MakeAdminSecret(directory) : ReadOrMakeAdminSecret(directory);
  if (!secret.ok()) RefuseAdminToken(directory, secret.error());
  std::promise<registry::Outcome> promise;
  registry_->Submit({.change = registry::AddToken{AdminToken(secret.value())}},
                    [&](const registry::Outcome& outcome) { promise.set_value(outcome); });
  const registry::Outcome outcome = promise.get_future().get();
  if (const auto* problem = std::get_if<registry::Problem>(&outcome)) {
    Refuse("the administrator's token was refused: " + problem->Cause(Language::kEnglish));
  }
  logger_.Info("administrator's token written", {{"file", AdminTokenFile(directory).string()}});
}

}  // namespace idnode::node
