#include "idnode/v1/statistics.grpc.pb.h"
#include "monitor/query_call.h"
#include "serve/grpc/feed_stream.h"
#include "serve/grpc/services.h"
#include "serve/grpc/unary.h"

namespace idnode::serve {
namespace {

using registry::Principal;
using registry::Problem;

class Statistics final : public v1::Statistics::CallbackService {
 public:
  explicit Statistics(Door& door) : door_(door) {}

  grpc::ServerUnaryReactor* Query(grpc::CallbackServerContext* context,
                                  const v1::QueryRequest* request,
                                  v1::QueryResponse* response) override {
    return AnswerLater(
        door_, *context, *response,
        [this, request, response](const Principal& caller) -> std::optional<Problem> {
          auto answer = monitor::AnswerQuery(door_.services.store, caller, *request);
          if (auto* problem = std::get_if<Problem>(&answer)) return std::move(*problem);
          *response = std::get<v1::QueryResponse>(std::move(answer));
          return std::nullopt;
        });
  }

  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext* context,
                                                     const v1::WatchRequest* request) override {
    return new FeedStream(door_, *context, request->cursor());
  }

 private:
  Door& door_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeStatistics(Door& door) {
  return std::make_unique<Statistics>(door);
}

}  // namespace idnode::serve
