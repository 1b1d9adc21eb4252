#include "idnode/v1/registrar.grpc.pb.h"
#include "serve/grpc/row_stream.h"
#include "serve/grpc/services.h"
#include "serve/grpc/unary.h"

namespace idnode::serve {
namespace {

using registry::Principal;
using registry::Problem;

registry::Change ChangeOf(v1::RegisterRequest& request) {
  return registry::RegisterIdentifier{.identifier = std::move(*request.mutable_identifier()),
                                      .values = std::move(*request.mutable_values())};
}

template <typename Request>
std::optional<std::uint64_t> ExpectedSeq(const Request& request) {
  if (!request.has_expected_seq()) return std::nullopt;
  return request.expected_seq();
}

class Registrar final : public v1::Registrar::CallbackService {
 public:
  explicit Registrar(Door& door) : door_(door) {}

  grpc::ServerUnaryReactor* Register(grpc::CallbackServerContext* context,
                                     const v1::RegisterRequest* request,
                                     v1::RegisterResponse* response) override {
    return SubmitChange(door_, *context,
                        registry::RegisterIdentifier{.identifier = request->identifier(),
                                                     .values = request->values()},
                        request->request_id(), *response->mutable_receipt());
  }

  grpc::ServerUnaryReactor* Update(grpc::CallbackServerContext* context,
                                   const v1::UpdateRequest* request,
                                   v1::UpdateResponse* response) override {
    return SubmitChange(door_, *context,
                        registry::UpdateIdentifier{.identifier = request->identifier(),
                                                   .values = request->values(),
                                                   .expected_seq = ExpectedSeq(*request)},
                        request->request_id(), *response->mutable_receipt());
  }

  grpc::ServerUnaryReactor* Delete(grpc::CallbackServerContext* context,
                                   const v1::DeleteRequest* request,
                                   v1::DeleteResponse* response) override {
    return SubmitChange(door_, *context,
                        registry::DeleteIdentifier{.identifier = request->identifier(),
                                                   .expected_seq = ExpectedSeq(*request)},
                        request->request_id(), *response->mutable_receipt());
  }

  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, const v1::GetRequest* request,
                                v1::GetResponse* response) override {
    return AnswerNow(
        door_, *context, *response, [&](const Principal& caller) -> std::optional<Problem> {
          auto record =
              door_.services.lookup.Get(caller, request->identifier(), request->include_deleted());
          if (auto* problem = std::get_if<Problem>(&record)) return std::move(*problem);
          *response->mutable_record() = std::get<v1::Record>(std::move(record));
          return std::nullopt;
        });
  }

  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const v1::ListRequest* request,
                                 v1::ListResponse* response) override {
    return AnswerLater(
        door_, *context, *response,
        [this, request, response](const Principal& caller) -> std::optional<Problem> {
          auto page =
              door_.services.lookup.List(caller, {.prefix = request->prefix(),
                                                  .below = request->below(),
                                                  .page = {request->page_size(), request->cursor()},
                                                  .include_values = request->include_values(),
                                                  .include_deleted = request->include_deleted()});
          if (auto* problem = std::get_if<Problem>(&page)) return std::move(*problem);
          auto& listed = std::get<registry::ListPage>(page);
          for (v1::Record& record : listed.records) *response->add_records() = std::move(record);
          response->set_next_cursor(std::move(listed.next_cursor));
          return std::nullopt;
        });
  }

  grpc::ServerBidiReactor<v1::RegisterRequest, v1::RegisterStreamResponse>* RegisterStream(
      grpc::CallbackServerContext* context) override {
    using Rows = RowStream<v1::RegisterRequest, v1::RegisterStreamResponse>;
    return new Rows(door_, *context, ledger::Channel::kStream, ChangeOf);
  }

 private:
  Door& door_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeRegistrar(Door& door) {
  return std::make_unique<Registrar>(door);
}

}  // namespace idnode::serve
