#include <algorithm>
#include <array>
#include <mutex>
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

constexpr int kMaxBatch = 1'000;

// Resolvers that nobody is using: one is one thread's at a time, and costs too much to make for
// each call. As many as there were calls at the same moment.
class ResolverPool {
 public:
  explicit ResolverPool(const GrpcServer::Services& services) : services_(services) {}

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
  std::array<resolve::Question, resolve::Resolver::kBatch> questions;
  std::array<resolve::Answer, resolve::Resolver::kBatch> answers;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    bodies[i] = Body(*requests[i]);
    const auto decoded = handle::DecodeResolutionRequest(bodies[i]);
    questions[i] = {};
    if (decoded.ok()) questions[i].request = decoded.value();
  }
  resolver.Resolve(std::span(questions).first(requests.size()),
                   std::span(answers).first(requests.size()));
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto malformed = registry::CheckIdentifier(requests[i]->identifier(), "identifier");
    take(malformed.has_value() ? Result(*std::move(malformed))
                               : ResultOf(*requests[i], answers[i]));
  }
}

class Resolver final : public v1::Resolver::CallbackService {
 public:
  explicit Resolver(Door& door) : door_(door), pool_(door.services) {}

  grpc::ServerUnaryReactor* Resolve(grpc::CallbackServerContext* context,
                                    const v1::ResolveRequest* request,
                                    v1::ResolveResponse* response) override {
    const Unary call(door_, *context);
    const std::array<const v1::ResolveRequest*, 1> requests = {request};
    auto resolver = pool_.Take();
    ResolveSome(*resolver, requests, [&](Result result) {
      if (auto* problem = std::get_if<Problem>(&result)) {
        call.Refuse(*problem);
      } else {
        *response = std::get<v1::ResolveResponse>(std::move(result));
        call.Finish();
      }
    });
    pool_.GiveBack(std::move(resolver));
    return call.reactor();
  }

  grpc::ServerUnaryReactor* BatchResolve(grpc::CallbackServerContext* context,
                                         const v1::BatchResolveRequest* request,
                                         v1::BatchResolveResponse* response) override {
    const Unary call(door_, *context);
    if (request->requests_size() > kMaxBatch) {
      call.Refuse({.code = Code::kBatchTooLarge,
                   .field = "requests",
                   .parameters = {{"count", std::to_string(request->requests_size())},
                                  {"limit", std::to_string(kMaxBatch)}}});
      return call.reactor();
    }
    std::vector<const v1::ResolveRequest*> requests;
    for (const v1::ResolveRequest& one : request->requests()) requests.push_back(&one);
    const registry::Language language = call.language();
    auto resolver = pool_.Take();
    for (std::span<const v1::ResolveRequest* const> rest(requests); !rest.empty();) {
      const std::size_t count = std::min(rest.size(), resolve::Resolver::kBatch);
      ResolveSome(*resolver, rest.first(count), [&](Result result) {
        auto& out = *response->add_results();
        if (const auto* problem = std::get_if<Problem>(&result)) {
          ToProto(*problem, language, *out.mutable_problem());
        } else {
          *out.mutable_response() = std::get<v1::ResolveResponse>(std::move(result));
        }
      });
      rest = rest.subspan(count);
    }
    pool_.GiveBack(std::move(resolver));
    call.Finish();
    return call.reactor();
  }

 private:
  Door& door_;
  ResolverPool pool_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeResolver(Door& door) { return std::make_unique<Resolver>(door); }

}  // namespace idnode::serve
