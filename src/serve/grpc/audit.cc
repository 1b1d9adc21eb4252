#include "idnode/v1/audit.grpc.pb.h"

#include <chrono>

#include "audit/history.h"
#include "audit/recount.h"
#include "audit/verify.h"
#include "handle/fold.h"
#include "ledger/log.h"
#include "monitor/messages.h"
#include "registry/grammar.h"
#include "registry/log_rules.h"
#include "serve/grpc/convert.h"
#include "serve/grpc/services.h"
#include "serve/grpc/task_stream.h"
#include "serve/grpc/unary.h"

namespace idnode::serve {
namespace {

using registry::Code;
using registry::Principal;
using registry::Problem;

constexpr auto kAudit = stored::v1::SCOPE_AUDIT;
constexpr std::uint32_t kDefaultHistory = 100;
constexpr std::chrono::milliseconds kProgressEvery{200};
constexpr std::size_t kLogPage = 64;                         // entries that are read at once
constexpr std::size_t kLogMessage = std::size_t{512} << 10;  // octets after which one is sent

// Sends progress now and then; ends the task when nobody listens.
template <typename Response, typename Fill>
audit::Progress ProgressTo(TaskStream<Response>& stream, Fill fill) {
  return [&stream, fill, last = std::chrono::steady_clock::time_point()](
             std::uint64_t done, std::uint64_t total) mutable {
    if (stream.cancelled()) return false;
    const auto now = std::chrono::steady_clock::now();
    if (now - last < kProgressEvery) return true;
    last = now;
    Response response;
    fill(response, done, total);
    return stream.Send(response);
  };
}

std::optional<Problem> RunRecount(const store::Engine& store,
                                  TaskStream<v1::RecountResponse>& stream) {
  const auto snapshot = store.TakeSnapshot();
  if (!snapshot.ok()) return registry::FromStore(snapshot.error());
  audit::RecountOptions options;
  options.progress = ProgressTo(
      stream, [](v1::RecountResponse& response, std::uint64_t done, std::uint64_t total) {
        response.set_entries_read(done);
        response.set_entries_total(total);
      });
  const auto counted = audit::Recount(*snapshot.value(), options);
  if (!counted.ok()) return registry::FromStore(counted.error());
  v1::RecountResponse response;
  response.set_entries_read(counted.value().entries);
  response.set_entries_total(counted.value().entries);
  auto& result = *response.mutable_result();
  result.set_equal(counted.value().equal());
  monitor::SetCounts(counted.value().total, *result.mutable_total());
  result.set_prefixes(counted.value().prefixes);
  for (const audit::Difference& difference : counted.value().differences) {
    ToProto(difference, stream.language(), *result.add_differences());
  }
  result.set_difference_count(counted.value().difference_count);
  (void)stream.Send(response);
  return std::nullopt;
}

std::optional<Problem> RunVerify(const store::Engine& store,
                                 TaskStream<v1::VerifyResponse>& stream) {
  const auto snapshot = store.TakeSnapshot();
  if (!snapshot.ok()) return registry::FromStore(snapshot.error());
  registry::LogRules rules;
  audit::VerifyOptions options;
  options.rule = [&rules](const auto&... entry) { return rules.FaultOf(entry...); };
  options.progress =
      ProgressTo(stream, [](v1::VerifyResponse& response, std::uint64_t done, std::uint64_t total) {
        response.set_rows_read(done);
        response.set_rows_total(total);
      });
  const auto verified = audit::Verify(*snapshot.value(), options);
  if (!verified.ok()) return registry::FromStore(verified.error());
  v1::VerifyResponse response;
  response.set_rows_read(verified.value().rows);
  response.set_rows_total(verified.value().rows);
  auto& result = *response.mutable_result();
  result.set_ok(verified.value().ok());
  result.set_entries(verified.value().entries);
  if (verified.value().root.has_value()) {
    result.set_root_hash(std::string(AsText(*verified.value().root)));
  }
  for (const audit::Difference& difference : verified.value().differences) {
    ToProto(difference, stream.language(), *result.add_differences());
  }
  result.set_difference_count(verified.value().difference_count);
  (void)stream.Send(response);
  return std::nullopt;
}

// From `from` on, `limit` entries at most.
std::optional<Problem> RunReadLog(const store::Engine& store, const v1::ReadLogRequest& request,
                                  TaskStream<v1::ReadLogResponse>& stream) {
  const auto snapshot = store.TakeSnapshot();
  if (!snapshot.ok()) return registry::FromStore(snapshot.error());
  const auto view = request.with_payload() ? ledger::LogView::kPayload : ledger::LogView::kLeaf;
  std::uint64_t left = request.limit() == 0 ? ~std::uint64_t{0} : request.limit();
  ledger::Seq next = request.from_seq();
  v1::ReadLogResponse response;
  std::size_t octets = 0;
  for (bool more = true; more && left > 0;) {
    const std::size_t page = std::min<std::uint64_t>(left, kLogPage);
    const auto rows = ledger::ReadLog(*snapshot.value(), next, page, view);
    if (!rows.ok()) return registry::FromStore(rows.error());
    more = rows.value().size() == page;
    left -= rows.value().size();
    next += rows.value().size();
    for (const ledger::LogRow& row : rows.value()) {
      auto& out = *response.add_rows();
      out.set_seq(row.seq);
      out.set_leaf(row.leaf);
      out.set_payload(row.payload);
      octets += row.leaf.size() + row.payload.size();
      if (octets < kLogMessage) continue;
      if (!stream.Send(response)) return std::nullopt;
      response.Clear();
      octets = 0;
    }
    if (stream.cancelled()) return std::nullopt;
  }
  if (response.rows_size() > 0) (void)stream.Send(response);
  return std::nullopt;
}

class Audit final : public v1::Audit::CallbackService {
 public:
  explicit Audit(Door& door) : door_(door) {}

  grpc::ServerUnaryReactor* History(grpc::CallbackServerContext* context,
                                    const v1::HistoryRequest* request,
                                    v1::HistoryResponse* response) override {
    return AnswerLater(door_, *context, *response,
                       [this, request, response](const Principal& caller) {
                         return ReadHistory(caller, *request, *response);
                       });
  }

  grpc::ServerWriteReactor<v1::RecountResponse>* Recount(
      grpc::CallbackServerContext* context, const v1::RecountRequest* /*request*/) override {
    return new TaskStream<v1::RecountResponse>(door_, *context, kAudit, [this](auto& stream) {
      return RunRecount(door_.services.store, stream);
    });
  }

  grpc::ServerWriteReactor<v1::VerifyResponse>* Verify(
      grpc::CallbackServerContext* context, const v1::VerifyRequest* /*request*/) override {
    return new TaskStream<v1::VerifyResponse>(door_, *context, kAudit, [this](auto& stream) {
      return RunVerify(door_.services.store, stream);
    });
  }

  grpc::ServerWriteReactor<v1::ReadLogResponse>* ReadLog(
      grpc::CallbackServerContext* context, const v1::ReadLogRequest* request) override {
    return new TaskStream<v1::ReadLogResponse>(
        door_, *context, kAudit, [this, asked = *request](auto& stream) {
          return RunReadLog(door_.services.store, asked, stream);
        });
  }

 private:
  std::optional<Problem> ReadHistory(const Principal& caller, const v1::HistoryRequest& request,
                                     v1::HistoryResponse& response) const {
    const auto key = door_.services.lookup.KeyOf(request.identifier());
    if (const auto* problem = std::get_if<Problem>(&key)) return *problem;
    const std::string prefix = handle::Folded(handle::PrefixOf(request.identifier()));
    if (auto problem = caller.Require(kAudit, prefix)) return problem;
    const auto snapshot = door_.services.store.TakeSnapshot();
    if (!snapshot.ok()) return registry::FromStore(snapshot.error());
    const auto history = audit::ReadHistory(
        *snapshot.value(), {store::Family::kRecords, std::get<std::string>(key)},
        request.has_before_seq() ? std::optional(request.before_seq()) : std::nullopt,
        request.limit() == 0 ? kDefaultHistory : request.limit());
    if (!history.ok() && history.error().code == Errc::kNotFound) {
      return Problem{.code = Code::kIdentifierNotFound,
                     .field = "identifier",
                     .parameters = {{"identifier", registry::Quoted(request.identifier())}}};
    }
    if (!history.ok()) return registry::FromStore(history.error());
    for (const ledger::Entry& entry : history.value().entries) {
      ToProto(entry, *response.add_entries());
    }
    response.set_more(history.value().more);
    return std::nullopt;
  }

  Door& door_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAudit(Door& door) { return std::make_unique<Audit>(door); }

}  // namespace idnode::serve
