#include "client.h"

#include <grpcpp/grpcpp.h>
#include <array>
#include <string_view>
#include <thread>
#include <utility>

#include "idnode/v1/admin.grpc.pb.h"
#include "idnode/v1/audit.grpc.pb.h"
#include "idnode/v1/registrar.grpc.pb.h"
#include "idnode/v1/resolver.grpc.pb.h"
#include "idnode/v1/statistics.grpc.pb.h"
#include "problem.h"

namespace idnode::ctl {
namespace {

constexpr std::array kBackoff = {std::chrono::milliseconds(200), std::chrono::milliseconds(600)};

Exit ExitOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::NOT_FOUND:
      return Exit::kNotFound;
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
      return Exit::kDenied;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::CANCELLED:  // by the node, for nothing here does so
      return Exit::kUnavailable;
    default:
      return Exit::kFailed;
  }
}

// A status without a Problem comes from gRPC itself: from this end of the wire, as a rule.
Failure FromBareStatus(const grpc::Status& status, const Client::Options& options) {
  Failure failure{ExitOf(status.error_code()), "rpc_failed", {}, status.error_message(), {}};
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      failure.code = "unavailable";
      failure.cause = Say(options.language, text::kNoAnswer, options.server, failure.cause);
      failure.fix = Say(options.language, text::kNoAnswerFix);
      break;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      failure.code = "timeout";
      failure.cause =
          Say(options.language, text::kTimeout, options.server, options.timeout.count());
      failure.fix = Say(options.language, text::kTimeoutFix);
      break;
    case grpc::StatusCode::CANCELLED:
      failure.code = "cancelled";
      failure.cause = Say(options.language, text::kCancelled, options.server);
      failure.fix = Say(options.language, text::kNoAnswerFix);
      break;
    case grpc::StatusCode::UNIMPLEMENTED:
      failure.code = "unimplemented";
      failure.cause = Say(options.language, text::kUnimplemented, options.server);
      failure.fix = Say(options.language, text::kUnimplementedFix);
      break;
    default:
      failure.fix = Say(options.language, text::kRpcFailedFix, int{status.error_code()});
  }
  return failure;
}

Failure ToFailure(const grpc::Status& status, const grpc::ClientContext& context,
                  const Client::Options& options) {
  if (const auto problem = tools::ProblemOf(context)) {
    return FromProblem(*problem, problem->code() == kOutcomeUnknown ? Exit::kUnavailable
                                                                    : ExitOf(status.error_code()));
  }
  return FromBareStatus(status, options);
}

// Whether the same octets may have another fate in a moment. A node that is busy is left alone.
bool MayRepeat(const grpc::Status& status, const Failure& failure) {
  return failure.exit == Exit::kUnavailable &&
         status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED;
}

tools::NodeChannel Connect(const Client::Options& options) {
  tools::NodeChannel node;
  if (const auto fault = node.Open(options)) throw FromFault(*fault, options.language);
  return node;
}

}  // namespace

Failure FromProblem(const v1::Problem& problem, Exit exit) {
  Failure failure{exit, problem.code(), problem.field(), problem.cause(), problem.fix()};
  failure.parameters.insert(problem.parameters().begin(), problem.parameters().end());
  return failure;
}

Failure FromFault(const tools::Fault& fault, Language language) {
  const bool usage = std::string_view(fault.code) == "usage";
  return {usage ? Exit::kUsage : Exit::kFailed, fault.code, fault.option, fault.cause.In(language),
          fault.fix.In(language)};
}

struct Client::Wire {
  explicit Wire(const Options& given)
      : options(given),
        node(Connect(given)),
        registrar(node.channel()),
        resolver(node.channel()),
        admin(node.channel()),
        statistics(node.channel()),
        audit(node.channel()) {}

  template <typename Stub, typename Request, typename Response>
  Response Unary(Stub& stub,
                 grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                 const Request& request) {
    for (std::size_t attempt = 0;; ++attempt) {
      grpc::ClientContext context;
      node.Prepare(context);
      context.set_deadline(std::chrono::system_clock::now() + options.timeout);
      Response response;
      const grpc::Status status = (stub.*method)(&context, request, &response);
      if (status.ok()) return response;
      const Failure failure = ToFailure(status, context, options);
      if (!MayRepeat(status, failure) || attempt == kBackoff.size()) throw Failure(failure);
      std::this_thread::sleep_for(kBackoff.at(attempt));
    }
  }

  template <typename Stub, typename Request, typename Response>
  void Stream(Stub& stub,
              std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(grpc::ClientContext*,
                                                                            const Request&),
              const Request& request, const Receiver<Response>& receive) {
    grpc::ClientContext context;
    node.Prepare(context);
    const auto reader = (stub.*method)(&context, request);
    const auto stop = [&] {  // the end of the call will be CANCELLED, as asked
      context.TryCancel();
      reader->Finish();
    };
    Response response;
    while (reader->Read(&response)) {
      bool more = false;
      try {
        more = receive(response);
      } catch (...) {
        stop();
        throw;
      }
      if (!more) return static_cast<void>(stop());
    }
    const grpc::Status status = reader->Finish();
    if (!status.ok()) throw ToFailure(status, context, options);
  }

  // `to_request` and `to_result` turn the rows of one door into those of the other.
  template <typename Request, typename Response, typename Stub, typename ToRequest,
            typename ToResult>
  void Exchange(Stub& stub,
                std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> (Stub::*method)(
                    grpc::ClientContext*),
                const RowExchange& rows, ToRequest to_request, ToResult to_result) {
    grpc::ClientContext context;
    node.Prepare(context);
    const auto stream = (stub.*method)(&context);
    std::thread reader([&] {
      Response response;
      while (stream->Read(&response)) rows.receive(to_result(response));
      rows.closed();
    });
    v1::RegisterRequest row;
    try {
      while (rows.next(row) && stream->Write(to_request(std::move(row)))) row.Clear();
      stream->WritesDone();
    } catch (...) {
      context.TryCancel();
      reader.join();
      stream->Finish();
      throw;
    }
    reader.join();
    const grpc::Status status = stream->Finish();
    if (!status.ok()) throw ToFailure(status, context, options);
  }

  Options options;
  tools::NodeChannel node;
  v1::Registrar::Stub registrar;
  v1::Resolver::Stub resolver;
  v1::Admin::Stub admin;
  v1::Statistics::Stub statistics;
  v1::Audit::Stub audit;
};

Client::Client(const Options& options) : wire_(std::make_unique<Wire>(options)) {}
Client::~Client() = default;

v1::RegisterResponse Client::Call(const v1::RegisterRequest& request) {
  return wire_->Unary(wire_->registrar, &v1::Registrar::Stub::Register, request);
}
v1::UpdateResponse Client::Call(const v1::UpdateRequest& request) {
  return wire_->Unary(wire_->registrar, &v1::Registrar::Stub::Update, request);
}
v1::DeleteResponse Client::Call(const v1::DeleteRequest& request) {
  return wire_->Unary(wire_->registrar, &v1::Registrar::Stub::Delete, request);
}
v1::GetResponse Client::Call(const v1::GetRequest& request) {
  return wire_->Unary(wire_->registrar, &v1::Registrar::Stub::Get, request);
}
v1::ListResponse Client::Call(const v1::ListRequest& request) {
  return wire_->Unary(wire_->registrar, &v1::Registrar::Stub::List, request);
}
v1::ResolveResponse Client::Call(const v1::ResolveRequest& request) {
  return wire_->Unary(wire_->resolver, &v1::Resolver::Stub::Resolve, request);
}
v1::AddPrefixResponse Client::Call(const v1::AddPrefixRequest& request) {
  return wire_->Unary(wire_->admin, &v1::Admin::Stub::AddPrefix, request);
}
v1::ListPrefixesResponse Client::Call(const v1::ListPrefixesRequest& request) {
  return wire_->Unary(wire_->admin, &v1::Admin::Stub::ListPrefixes, request);
}
v1::AddTokenResponse Client::Call(const v1::AddTokenRequest& request) {
  return wire_->Unary(wire_->admin, &v1::Admin::Stub::AddToken, request);
}
v1::RevokeTokenResponse Client::Call(const v1::RevokeTokenRequest& request) {
  return wire_->Unary(wire_->admin, &v1::Admin::Stub::RevokeToken, request);
}
v1::ListTokensResponse Client::Call(const v1::ListTokensRequest& request) {
  return wire_->Unary(wire_->admin, &v1::Admin::Stub::ListTokens, request);
}
v1::AcceptClockResponse Client::Call(const v1::AcceptClockRequest& request) {
  return wire_->Unary(wire_->admin, &v1::Admin::Stub::AcceptClock, request);
}
v1::GetStatusResponse Client::Call(const v1::GetStatusRequest& request) {
  return wire_->Unary(wire_->admin, &v1::Admin::Stub::GetStatus, request);
}
v1::QueryResponse Client::Call(const v1::QueryRequest& request) {
  return wire_->Unary(wire_->statistics, &v1::Statistics::Stub::Query, request);
}
v1::HistoryResponse Client::Call(const v1::HistoryRequest& request) {
  return wire_->Unary(wire_->audit, &v1::Audit::Stub::History, request);
}

void Client::Call(const v1::WatchRequest& request, const Receiver<v1::WatchResponse>& receive) {
  wire_->Stream(wire_->statistics, &v1::Statistics::Stub::Watch, request, receive);
}
void Client::Call(const v1::RecountRequest& request, const Receiver<v1::RecountResponse>& receive) {
  wire_->Stream(wire_->audit, &v1::Audit::Stub::Recount, request, receive);
}
void Client::Call(const v1::VerifyRequest& request, const Receiver<v1::VerifyResponse>& receive) {
  wire_->Stream(wire_->audit, &v1::Audit::Stub::Verify, request, receive);
}
void Client::Call(const v1::ReadLogRequest& request, const Receiver<v1::ReadLogResponse>& receive) {
  wire_->Stream(wire_->audit, &v1::Audit::Stub::ReadLog, request, receive);
}

void Client::Exchange(RowDoor door, const RowExchange& rows) {
  if (door == RowDoor::kRegister) {
    wire_->Exchange<v1::RegisterRequest, v1::RegisterStreamResponse>(
        wire_->registrar, &v1::Registrar::Stub::RegisterStream, rows,
        [](v1::RegisterRequest&& row) { return std::move(row); },
        [](const v1::RegisterStreamResponse& result) { return result; });
    return;
  }
  wire_->Exchange<v1::ImportRequest, v1::ImportResponse>(
      wire_->admin, &v1::Admin::Stub::Import, rows,
      [](v1::RegisterRequest&& row) {
        v1::ImportRequest request;
        request.set_identifier(std::move(*row.mutable_identifier()));
        request.mutable_values()->Swap(row.mutable_values());
        request.set_request_id(std::move(*row.mutable_request_id()));
        return request;
      },
      [](const v1::ImportResponse& answer) {
        v1::RegisterStreamResponse result;
        result.set_row(answer.row());
        if (answer.has_problem()) *result.mutable_problem() = answer.problem();
        if (answer.has_receipt()) *result.mutable_receipt() = answer.receipt();
        return result;
      });
}

}  // namespace idnode::ctl
