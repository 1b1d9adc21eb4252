#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "handle/fold.h"
#include "handle/resolution.h"
#include "idnode/v1/resolver.grpc.pb.h"
#include "registry/grammar.h"
#include "registry/record.h"
#include "resolve/resolver.h"
#include "serve/grpc/problem_status.h"
#include "serve/grpc/services.h"
#include "serve/grpc/unary.h"

namespace idnode::serve {
namespace {

using registry::Code;
using registry::Problem;
using Result = std::variant<v1::ResolveResponse, Problem>;

// Limits of ours, for a service that is open to everybody.
constexpr int kMaxBatch = 1'000;                               // requests
constexpr int kMaxNamed = 64;                                  // indexes, and types, of a request
constexpr std::size_t kMaxBatchOctets = std::size_t{3} << 20;  // clients take 4 MiB by default

// Resolvers that nobody is using: one is one thread's at a time, and costs too much to make for
// each call. As many as there were calls at the same moment.
class ResolverPool {
 public:
  explicit ResolverPool(const GrpcServer::Services& services) : services_(services) {}
  ResolverPool(const ResolverPool&) = delete;
  ResolverPool& operator=(const ResolverPool&) = delete;
  // What other threads gave back is seen here, however gRPC said that their calls had ended.
  ~ResolverPool() { const std::scoped_lock lock(mutex_); }

  std::unique_ptr<resolve::Resolver> Take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!free_.empty()) {
        auto resolver = std::move(free_.back());
        free_.pop_back();
        return resolver;
      }
    }
    return std::make_unique<resolve::Resolver>(services_.store, services_.prefixes);
  }

  void GiveBack(std::unique_ptr<resolve::Resolver> resolver) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(std::move(resolver));
  }

 private:
  const GrpcServer::Services& services_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<resolve::Resolver>> free_;  // under the mutex
};

Problem ProblemOf(resolve::Outcome outcome, const std::string& identifier) {
  const auto about = [&](Code code) {
    return Problem{.code = code,
                   .field = "identifier",
                   .parameters = {{"identifier", registry::Quoted(identifier)}}};
  };
  switch (outcome) {
    case resolve::Outcome::kNotFound:
      return about(Code::kIdentifierNotFound);
    case resolve::Outcome::kNotHere:
      return {.code = Code::kPrefixUnknown,
              .field = "identifier",
              .parameters = {{"prefix", handle::Folded(handle::PrefixOf(identifier))}}};
    case resolve::Outcome::kNoValues:
    case resolve::Outcome::kAuthentication:
    case resolve::Outcome::kNobody:
      return about(Code::kValuesNotFound);
    case resolve::Outcome::kUnavailable:
      return registry::FromStore({Errc::kUnavailable, 0, "the store does not answer"});
    case resolve::Outcome::kValues:
    case resolve::Outcome::kCorrupt:
      break;
  }
  return registry::FromStore({Errc::kCorrupt, 0, "record"});
}

Problem TooMany(const char* field, int count, int limit) {
  return {.code = Code::kBatchTooLarge,
          .field = field,
          .parameters = {{"count", std::to_string(count)}, {"limit", std::to_string(limit)}}};
}

std::optional<Problem> Check(const v1::ResolveRequest& request) {
  if (request.indexes_size() > kMaxNamed) {
    return TooMany("indexes", request.indexes_size(), kMaxNamed);
  }
  if (request.types_size() > kMaxNamed) return TooMany("types", request.types_size(), kMaxNamed);
  for (int i = 0; i < request.types_size(); ++i) {
    // Also a question that the handle protocol has no octets for would not be this one.
    const std::string field = "types[" + std::to_string(i) + "]";
    if (auto problem = registry::CheckType(request.types(i), field)) return problem;
  }
  return registry::CheckIdentifier(request.identifier(), "identifier");
}

// A request in the octets that the handle protocol has for it, which the resolver reads.
std::vector<std::uint8_t> Body(const v1::ResolveRequest& request) {
  std::vector<std::int32_t> indexes;
  for (const std::uint32_t index : request.indexes()) {
    indexes.push_back(static_cast<std::int32_t>(index));
  }
  const std::vector<std::string_view> types(request.types().begin(), request.types().end());
  std::vector<std::uint8_t> body;
  handle::EncodeResolutionRequest(request.identifier(), indexes, types, body);
  return body;
}

Result ResultOf(const v1::ResolveRequest& request, const resolve::Answer& answer) {
  if (answer.outcome != resolve::Outcome::kValues) {
    return ProblemOf(answer.outcome, request.identifier());
  }
  v1::ResolveResponse response;
  response.set_identifier(request.identifier());
  if (!registry::DecodeValues(AsText(answer.values), *response.mutable_values())) {
    return ProblemOf(resolve::Outcome::kCorrupt, request.identifier());
  }
  return response;
}

// Calls `take(Result)` for each of at most kBatch requests, in order.
template <typename Take>
void ResolveSome(resolve::Resolver& resolver, std::span<const v1::ResolveRequest* const> requests,
                 Take take) {
  std::array<std::vector<std::uint8_t>, resolve::Resolver::kBatch> bodies;
  std::array<std::optional<Problem>, resolve::Resolver::kBatch> refusals;
  std::array<resolve::Question, resolve::Resolver::kBatch> questions;
  std::array<resolve::Answer, resolve::Resolver::kBatch> answers;
  std::size_t asked = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    refusals[i] = Check(*requests[i]);
    if (refusals[i].has_value()) continue;
    bodies[asked] = Body(*requests[i]);
    const auto decoded = handle::DecodeResolutionRequest(bodies[asked]);
    if (decoded.ok()) questions[asked].request = decoded.value();  // what was just encoded
    ++asked;
  }
  resolver.Resolve(std::span(questions).first(asked), std::span(answers).first(asked));
  std::size_t answered = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    take(refusals[i].has_value() ? Result(*std::move(refusals[i]))
                                 : ResultOf(*requests[i], answers[answered++]));
  }
}

class Resolver final : public v1::Resolver::CallbackService {
 public:
  explicit Resolver(Door& door) : door_(door), pool_(door.services) {}

  grpc::ServerUnaryReactor* Resolve(grpc::CallbackServerContext* context,
                                    const v1::ResolveRequest* request,
                                    v1::ResolveResponse* response) override {
    auto* const call = new Unary(door_, *context, *response);
    const auto no_room = CheckRoom(door_);
    call->End(no_room.has_value() ? no_room : ResolveOne(*request, *response));
    return call;
  }

  grpc::ServerUnaryReactor* BatchResolve(grpc::CallbackServerContext* context,
                                         const v1::BatchResolveRequest* request,
                                         v1::BatchResolveResponse* response) override {
    auto* const call = new Unary(door_, *context, *response);
    const int count = request->requests_size();
    if (const auto no_room = CheckRoom(door_)) {
      call->Refuse(*no_room);
    } else if (count > kMaxBatch) {
      call->Refuse(TooMany("requests", count, kMaxBatch));
    } else if (!door_.batches.Post([this, call, request, response] {
                 if (call->EndIfTooLate()) return;
                 ResolveAll(*request, call->language(), *response);
                 call->Succeed();
               })) {
      call->Refuse({.code = Code::kReadBusy});
    }
    return call;
  }

 private:
  std::optional<Problem> ResolveOne(const v1::ResolveRequest& request,
                                    v1::ResolveResponse& response) {
    std::optional<Problem> problem;
    const std::array<const v1::ResolveRequest*, 1> requests = {&request};
    auto resolver = pool_.Take();
    ResolveSome(*resolver, requests, [&](Result result) {
      if (auto* refusal = std::get_if<Problem>(&result)) {
        problem = std::move(*refusal);
      } else {
        response = std::get<v1::ResolveResponse>(std::move(result));
      }
    });
    pool_.GiveBack(std::move(resolver));
    return problem;
  }

  // Results that no longer fit into the message become problems that say how many did.
  void ResolveAll(const v1::BatchResolveRequest& request, Language language,
                  v1::BatchResolveResponse& response) {
    std::vector<const v1::ResolveRequest*> requests;
    for (const v1::ResolveRequest& one : request.requests()) requests.push_back(&one);
    std::size_t octets = 0;
    std::optional<int> fit;
    const auto add = [&](Result result) {
      if (const auto* values = std::get_if<v1::ResolveResponse>(&result)) {
        octets += values->ByteSizeLong();
        if (octets > kMaxBatchOctets && !fit.has_value()) fit = response.results_size();
        if (fit.has_value()) result = TooMany("requests", request.requests_size(), *fit);
      }
      auto& out = *response.add_results();
      if (const auto* problem = std::get_if<Problem>(&result)) {
        ToProto(*problem, language, *out.mutable_problem());
      } else {
        *out.mutable_response() = std::get<v1::ResolveResponse>(std::move(result));
      }
    };
    auto resolver = pool_.Take();
    for (std::span<const v1::ResolveRequest* const> rest(requests); !rest.empty();) {
      const std::size_t count = std::min(rest.size(), resolve::Resolver::kBatch);
      ResolveSome(*resolver, rest.first(count), add);
      rest = rest.subspan(count);
    }
    pool_.GiveBack(std::move(resolver));
  }

  Door& door_;
  ResolverPool pool_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeResolver(Door& door) { return std::make_unique<Resolver>(door); }

}  // namespace idnode::serve
