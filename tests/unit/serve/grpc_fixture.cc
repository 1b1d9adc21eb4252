#include "grpc_fixture.h"

#include <future>
#include <stdexcept>
#include <utility>

namespace idnode::serve {

using std::chrono::milliseconds;

void Gate::Close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
}

void Gate::Open() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = false;
  }
  changed_.notify_all();
}

void Gate::AwaitArrival() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return held_; });
}

void Gate::OnCommit(const ledger::Head& /*head*/,
                    std::span<const ledger::Entry> /*entries*/) noexcept {
  std::unique_lock lock(mutex_);
  held_ = closed_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !closed_; });
  held_ = false;
}

v1::Problem ProblemOf(const grpc::ClientContext& context) {
  v1::Problem problem;
  const auto& metadata = context.GetServerTrailingMetadata();
  const auto found = metadata.find("idnode-problem-bin");
  if (found != metadata.end() &&
      !problem.ParseFromArray(found->second.data(), static_cast<int>(found->second.size()))) {
    throw std::runtime_error("the problem does not parse");
  }
  return problem;
}

GrpcTest::GrpcTest() {
  Build(std::make_unique<store::MemoryEngine>(disk_), {});
  Serve(Local());
}

GrpcTest::~GrpcTest() {
  gate_.Open();
  server_.reset();
}

void GrpcTest::Build(std::unique_ptr<store::Engine> engine,
                     const ledger::Committer::Options& options) {
  server_.reset();
  registry_.reset();
  committer_.reset();
  control_.reset();
  engine_ = std::move(engine);
  control_ = std::make_unique<registry::ControlTable>(*engine_);
  control_->OnChange([this](const registry::Control& control) {
    auto table = std::make_shared<resolve::PrefixTable>();
    for (const auto& [prefix, held] : control.prefixes) {
      table->Add(prefix, handle::CasePolicy::kFold);
    }
    prefixes_.Publish(std::move(table));
  });
  if (!control_->Load().ok()) throw std::runtime_error("control");
  auto committer =
      ledger::Committer::Start(*engine_, clock_, nullptr, {control_.get(), &gate_, &hub_}, options);
  if (!committer.ok()) throw std::runtime_error(committer.error().what);
  committer_ = std::move(committer).value();
  registry_ = std::make_unique<registry::Registry>(*committer_, *control_, clock_,
                                                   registry::Registry::Options{});
  lookup_ = std::make_unique<registry::Lookup>(*engine_, *control_, 1'000);
}

GrpcServer::Options GrpcTest::Local() {
  GrpcServer::Options options;
  options.listen = {Endpoint::Parse("127.0.0.1:0").value()};
  return options;
}

Result<std::unique_ptr<GrpcServer>> GrpcTest::TryToServe(const GrpcServer::Options& options,
                                                         std::string& reason) {
  auto server = GrpcServer::Listen(options, reason);
  if (!server.ok()) return server;
  const bool serves = server.value()->Serve({.registry = *registry_,
                                             .lookup = *lookup_,
                                             .store = *engine_,
                                             .committer = *committer_,
                                             .prefixes = prefixes_,
                                             .hub = hub_,
                                             .version = "0.0.0-test"});
  if (!serves) throw std::runtime_error("gRPC does not start");
  return server;
}

void GrpcTest::Serve(const GrpcServer::Options& options) {
  server_.reset();
  std::string reason;
  auto server = TryToServe(options, reason);
  if (!server.ok()) throw std::runtime_error(reason);
  server_ = std::move(server).value();
  if (!options.certificate_file.empty()) return;
  registrar_ = v1::Registrar::NewStub(Connect());
  admin_ = v1::Admin::NewStub(Connect());
}

std::shared_ptr<grpc::Channel> GrpcTest::Connect() const {
  return grpc::CreateChannel(target(), grpc::InsecureChannelCredentials());
}

namespace {

void Do(registry::Registry& registry, registry::Change change) {
  std::promise<registry::Outcome> promise;
  registry.Submit({.change = std::move(change)},
                  [&](const registry::Outcome& outcome) { promise.set_value(outcome); });
  const registry::Outcome outcome = promise.get_future().get();
  if (const auto* problem = std::get_if<registry::Problem>(&outcome)) {
    throw std::runtime_error(problem->Cause(Language::kEnglish));
  }
}

}  // namespace

void GrpcTest::AddPrefix(const std::string& prefix) {
  registry::AddPrefix change;
  change.prefix.set_prefix(prefix);
  Do(*registry_, change);
}

void GrpcTest::Admit(const std::string& secret, const std::vector<v1::Scope>& scopes,
                     const std::string& prefix, std::int64_t expires_ms) {
  registry::AddToken change;
  change.token.set_name(secret);
  change.token.set_secret_sha256(registry::SecretHash(secret));
  for (const v1::Scope scope : scopes) {
    change.token.add_scopes(static_cast<stored::v1::Scope>(scope));
  }
  change.token.set_all_prefixes(prefix.empty());
  if (!prefix.empty()) change.token.add_prefixes()->set_prefix(prefix);
  change.token.set_expires_ms(expires_ms);
  Do(*registry_, change);
}

void GrpcTest::Prepare(grpc::ClientContext& context, const std::string& secret,
                       const std::string& language) {
  if (!secret.empty()) context.AddMetadata("authorization", "Bearer " + secret);
  if (!language.empty()) context.AddMetadata("accept-language", language);
  // Far beyond what any of it takes: a call that hangs fails the test instead of hanging it.
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  context.set_wait_for_ready(true);
}

v1::RegisterRequest GrpcTest::Row(const std::string& identifier, const std::string& data) {
  v1::RegisterRequest request;
  request.set_identifier(identifier);
  v1::Value& value = *request.add_values();
  value.set_index(1);
  value.set_type("URL");
  value.set_data(data);
  return request;
}

Reply<v1::RegisterResponse> GrpcTest::Register(const std::string& identifier,
                                               const std::string& secret,
                                               const std::string& language) {
  return Call(*registrar_, &v1::Registrar::Stub::Register, Row(identifier), secret, language);
}

Reply<v1::GetResponse> GrpcTest::Get(const std::string& identifier, const std::string& secret) {
  v1::GetRequest request;
  request.set_identifier(identifier);
  return Call(*registrar_, &v1::Registrar::Stub::Get, request, secret);
}

}  // namespace idnode::serve
