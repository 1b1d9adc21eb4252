// The node, as a command sees it: one method per call of the API, a Failure where it goes wrong.
//
// gRPC stays behind this header, so only client.cc pays for its templates. A unary call that gets
// no answer (UNAVAILABLE, DEADLINE_EXCEEDED, the problem outcome_unknown) is sent again, the same
// octets: twice at most, after 0.2 s and 0.6 s. A change carries a request id, so a repeat of one
// that was done is harmless.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "idnode/v1/admin.pb.h"
#include "idnode/v1/audit.pb.h"
#include "idnode/v1/registrar.pb.h"
#include "idnode/v1/resolver.pb.h"
#include "idnode/v1/statistics.pb.h"

#include "failure.h"
#include "node_channel.h"
#include "texts.h"

namespace idnode::ctl {

// Which stream takes the rows of a file.
enum class RowDoor { kRegister, kImport };

// What a server stream's answers are handed to; false ends the call early.
template <typename Response>
using Receiver = std::function<bool(const Response&)>;

// One thread, except where a method says otherwise.
class Client {
 public:
  struct Options : tools::NodeOptions {
    std::chrono::milliseconds timeout{10'000};  // of one try of a unary call
  };

  // Connects with the first call. Throws Failure when a file of `options` cannot be used, or the
  // token would go in the clear.
  explicit Client(const Options& options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Each throws Failure when the node refuses or does not answer.
  v1::RegisterResponse Call(const v1::RegisterRequest& request);
  v1::UpdateResponse Call(const v1::UpdateRequest& request);
  v1::DeleteResponse Call(const v1::DeleteRequest& request);
  v1::GetResponse Call(const v1::GetRequest& request);
  v1::ListResponse Call(const v1::ListRequest& request);
  v1::ResolveResponse Call(const v1::ResolveRequest& request);
  v1::AddPrefixResponse Call(const v1::AddPrefixRequest& request);
  v1::ListPrefixesResponse Call(const v1::ListPrefixesRequest& request);
  v1::AddTokenResponse Call(const v1::AddTokenRequest& request);
  v1::RevokeTokenResponse Call(const v1::RevokeTokenRequest& request);
  v1::ListTokensResponse Call(const v1::ListTokensRequest& request);
  v1::AcceptClockResponse Call(const v1::AcceptClockRequest& request);
  v1::GetStatusResponse Call(const v1::GetStatusRequest& request);
  v1::QueryResponse Call(const v1::QueryRequest& request);
  v1::HistoryResponse Call(const v1::HistoryRequest& request);

  // Until the node ends the stream or `receive` returns false. No deadline: some of these read the
  // whole log, one never ends.
  void Call(const v1::WatchRequest& request, const Receiver<v1::WatchResponse>& receive);
  void Call(const v1::RecountRequest& request, const Receiver<v1::RecountResponse>& receive);
  void Call(const v1::VerifyRequest& request, const Receiver<v1::VerifyResponse>& receive);
  void Call(const v1::ReadLogRequest& request, const Receiver<v1::ReadLogResponse>& receive);

  // Sends rows until `next` returns false, and hands out a result for each, in the order of the
  // rows. `receive` and then, once, `closed` run on a second thread while `next` runs on the
  // caller's; `closed` says that no further result will come, whether or not all rows are answered.
  // Throws Failure, after `closed`, when the stream ended with an error.
  struct RowExchange {
    std::function<bool(v1::RegisterRequest&)> next;
    std::function<void(const v1::RegisterStreamResponse&)> receive;
    std::function<void()> closed;
  };
  void Exchange(RowDoor door, const RowExchange& rows);

 private:
  struct Wire;
  std::unique_ptr<Wire> wire_;
};

// The Failure that `fault` stands for.
Failure FromFault(const tools::Fault& fault, Language language);

// The Failure that a row's problem stands for.
Failure FromProblem(const v1::Problem& problem, Exit exit);

}  // namespace idnode::ctl
