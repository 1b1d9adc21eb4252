#include "node/core.h"

#include <future>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "node/admin_token.h"

namespace idnode::node {
namespace {

// What `error` of a system call says, for the end of a message.
std::string Because(const Error& error) {
  std::string text = error.what;
  if (error.detail != 0) {
    text += ": " + std::generic_category().message(static_cast<int>(error.detail));
  }
  return text;
}

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

// Why the committer does not start on `directory`, and what to do.
std::string StartFailure(const Error& error, const std::filesystem::path& directory) {
  const std::string look = "idnodectl audit verify --data " + directory.string();
  switch (error.code) {
    case Errc::kTooLarge:
      return "the data was written by a newer version of idnoded (layout " +
             std::to_string(error.detail) + "); install that version";
    case Errc::kConflict:
      return std::string(error.what) + " (" + std::to_string(error.detail) + "); restore " +
             directory.string() + " from a backup; or look at what is there with " + look +
             ", and remove " + (directory / "mark").string() + " to go on without what is missing";
    case Errc::kCorrupt:
      return "the head of the log in " + (directory / "db").string() + " is damaged (" +
             error.what + ", octet " + std::to_string(error.detail) + "); restore " +
             directory.string() + " from a backup; what is left can be looked at with " + look;
    default:
      return Because(error);
  }
}

}  // namespace

Core::Core(const std::filesystem::path& directory, const Options& options, const Clock& clock,
           Logger& logger)
    : clock_(clock), logger_(logger), prefixes_(std::make_shared<const resolve::PrefixTable>()) {
  OwnDirectory(directory);
  if (options.on_owned) options.on_owned();
  OpenStore(directory, options.store);
  control_ = std::make_unique<registry::ControlTable>(*engine_);
  control_->OnChange(
      [this](const registry::Control& control) { prefixes_.Publish(TableOf(control)); });
  const Status loaded = control_->Load();
  if (!loaded.ok()) {
    Refuse("prefixes and tokens cannot be read (" + Because(loaded.error()) +
           "); see what is wrong with: idnodectl audit verify --data " + directory.string());
  }
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
  std::error_code error;
  // Payloads are private, and the files in it are readable to whoever gets in.
  if (std::filesystem::create_directories(directory, error)) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  }
  if (error) Refuse("cannot make the directory " + directory.string() + ": " + error.message());
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
           Because(mark.error()) + "); if it is damaged, run idnodectl audit verify --data " +
           directory.string() + ", then remove it");
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
  if (!committer.ok()) Refuse(StartFailure(committer.error(), directory));
  committer_ = std::move(committer).value();
  logger_.Info("store opened",
               {{"directory", directory.string()}, {"entries", committer_->state().head.seq()}});
}

void Core::AdmitAdministrator(const std::filesystem::path& directory, bool anew) {
  const bool is_first = committer_->state().head.seq() == 0;
  if (!is_first && !anew) return;
  const Result<std::string> secret =
      anew ? MakeAdminSecret(directory) : ReadOrMakeAdminSecret(directory);
  const std::string file = AdminTokenFile(directory).string();
  if (!secret.ok()) {
    Refuse("the administrator's token " + file + " cannot be " + (anew ? "written" : "used") +
           " (" + Because(secret.error()) + "); remove the file and start again");
  }
  std::promise<registry::Outcome> promise;
  registry_->Submit({.change = registry::AddToken{AdminToken(secret.value())}},
                    [&](const registry::Outcome& outcome) { promise.set_value(outcome); });
  const registry::Outcome outcome = promise.get_future().get();
  if (const auto* problem = std::get_if<registry::Problem>(&outcome)) {
    Refuse("the administrator's token was refused: " +
           problem->Cause(Language::kEnglish));
  }
  logger_.Info("administrator's token written", {{"file", file}});
}

}  // namespace idnode::node
