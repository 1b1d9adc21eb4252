#include "base/hex.h"
#include "idnode/v1/admin.grpc.pb.h"
#include "ledger/log.h"
#include "registry/grammar.h"
#include "serve/grpc/row_stream.h"
#include "serve/grpc/services.h"
#include "serve/grpc/unary.h"

namespace idnode::serve {
namespace {

using registry::Principal;
using registry::Problem;

registry::Change ChangeOf(v1::ImportRequest& request) {
  return registry::RegisterIdentifier{.identifier = std::move(*request.mutable_identifier()),
                                      .values = std::move(*request.mutable_values()),
                                      .import = true};
}

constexpr std::size_t kTokenIdSize = 8;  // octets

class Admin final : public v1::Admin::CallbackService {
 public:
  explicit Admin(Door& door) : door_(door) {}

  grpc::ServerUnaryReactor* AddPrefix(grpc::CallbackServerContext* context,
                                      const v1::AddPrefixRequest* request,
                                      v1::AddPrefixResponse* response) override {
    return SubmitChange(door_, *context, registry::AddPrefix{FromProto(request->prefix())},
                        request->request_id(), *response->mutable_receipt());
  }

  grpc::ServerUnaryReactor* ListPrefixes(grpc::CallbackServerContext* context,
                                         const v1::ListPrefixesRequest* request,
                                         v1::ListPrefixesResponse* response) override {
    return AnswerNow(door_, *context, *response,
                     [&](const Principal& caller) -> std::optional<Problem> {
                       return Fill(door_.services.lookup.ListPrefixes(caller, PageOf(*request)),
                                   *response, *response->mutable_prefixes());
                     });
  }

  grpc::ServerUnaryReactor* AddToken(grpc::CallbackServerContext* context,
                                     const v1::AddTokenRequest* request,
                                     v1::AddTokenResponse* response) override {
    response->set_id(registry::TokenName(registry::TokenId(request->secret_sha256())));
    return SubmitChange(door_, *context,
                        registry::AddToken{FromProto(request->token(), request->secret_sha256())},
                        request->request_id(), *response->mutable_receipt());
  }

  grpc::ServerUnaryReactor* RevokeToken(grpc::CallbackServerContext* context,
                                        const v1::RevokeTokenRequest* request,
                                        v1::RevokeTokenResponse* response) override {
    const auto id = FromHex(request->id());
    if (!id.ok() || id.value().size() != kTokenIdSize) {
      return AnswerAdmin(*context, *response, [&] { return NoToken(request->id()); });
    }
    return SubmitChange(door_, *context, registry::RevokeToken{std::string(AsText(id.value()))},
                        request->request_id(), *response->mutable_receipt());
  }

  grpc::ServerUnaryReactor* ListTokens(grpc::CallbackServerContext* context,
                                       const v1::ListTokensRequest* request,
                                       v1::ListTokensResponse* response) override {
    return AnswerNow(door_, *context, *response,
                     [&](const Principal& caller) -> std::optional<Problem> {
                       return Fill(door_.services.lookup.ListTokens(caller, PageOf(*request)),
                                   *response, *response->mutable_tokens());
                     });
  }

  grpc::ServerUnaryReactor* AcceptClock(grpc::CallbackServerContext* context,
                                        const v1::AcceptClockRequest* request,
                                        v1::AcceptClockResponse* response) override {
    return SubmitChange(door_, *context, registry::AcceptClock{}, request->request_id(),
                        *response->mutable_receipt());
  }

  grpc::ServerBidiReactor<v1::ImportRequest, v1::ImportResponse>* Import(
      grpc::CallbackServerContext* context) override {
    using Rows = RowStream<v1::ImportRequest, v1::ImportResponse>;
    return new Rows(door_, *context, ledger::Channel::kImport, ChangeOf);
  }

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* /*request*/,
                                      v1::GetStatusResponse* response) override {
    return AnswerNow(door_, *context, *response,
                     [&](const Principal& caller) -> std::optional<Problem> {
                       if (auto refusal = CheckMayWatch(caller)) return refusal;
                       return Status(LanguageOf(*context), *response);
                     });
  }

 private:
  template <typename Fill>  // std::optional<Problem>()
  grpc::ServerUnaryReactor* AnswerAdmin(grpc::CallbackServerContext& context,
                                        const google::protobuf::Message& response, Fill fill) {
    return AnswerNow(door_, context, response,
                     [&](const Principal& caller) -> std::optional<Problem> {
                       auto refusal = caller.Require(stored::v1::SCOPE_ADMIN, {});
                       return refusal.has_value() ? std::move(refusal) : fill();
                     });
  }

  // Whoever looks after a node need not be able to do everything with it.
  static std::optional<Problem> CheckMayWatch(const Principal& caller) {
    for (const auto scope : {stored::v1::SCOPE_ADMIN, stored::v1::SCOPE_AUDIT}) {
      if (!caller.Require(scope, {}).has_value()) return std::nullopt;
    }
    return caller.Require(stored::v1::SCOPE_MONITOR, {});
  }

  template <typename Request>
  static registry::PageQuery PageOf(const Request& request) {
    return {.page_size = request.page_size(), .cursor = request.cursor()};
  }

  // `list` is the field of the response that the page goes to.
  template <typename Object, typename Response, typename List>
  static std::optional<Problem> Fill(std::variant<registry::ObjectPage<Object>, Problem> listed,
                                     Response& response, List& list) {
    if (auto* problem = std::get_if<Problem>(&listed)) return std::move(*problem);
    auto& page = std::get<registry::ObjectPage<Object>>(listed);
    for (const auto& [seq, object] : page.objects) ToProto(*object, seq, *list.Add());
    response.set_next_cursor(std::move(page.next_cursor));
    return std::nullopt;
  }

  static std::optional<Problem> NoToken(const std::string& id) {
    return Problem{.code = registry::Code::kTokenNotFound,
                   .field = "id",
                   .parameters = {{"token", registry::Quoted(id)}}};
  }

  std::optional<Problem> Status(Language language, v1::GetStatusResponse& response) const {
    const GrpcServer::Services& services = door_.services;
    const ledger::Committer::State state = services.committer.state();
    if (state.head.seq() > 0) {
      const Result<ledger::Hash> log_id = ledger::ReadLogId(services.store);
      if (!log_id.ok()) return registry::FromStore(log_id.error());
      response.set_log_id(std::string(AsText(log_id.value())));
    }
    response.set_version(services.version);
    response.set_name(services.name);
    response.set_log_size(state.head.seq());
    response.set_root_hash(std::string(AsText(state.head.tree.Root())));
    response.set_last_entry_ms(state.head.time_ms);
    response.set_accepts_writes(state.accepts_writes);
    if (!state.accepts_writes) {
      const Words why = registry::ReasonOf(state.refusal);
      response.set_refusal(language == Language::kChinese ? why.chinese : why.english);
    }
    if (!services.counts) return std::nullopt;
    for (const Count& count : services.counts()) {
      v1::GetStatusResponse::Count& added = *response.add_counts();
      added.set_name(count.name);
      added.set_value(count.value);
      added.set_is_loss(count.is_loss);
    }
    return std::nullopt;
  }

  Door& door_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdmin(Door& door) { return std::make_unique<Admin>(door); }

}  // namespace idnode::serve
