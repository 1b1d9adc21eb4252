#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "log_row.h"
#include "rows.h"
#include "verbs.h"
#include "verify_directory.h"

namespace idnode::ctl {
namespace {

void ShowProgress(Progress& progress, std::uint64_t done, std::uint64_t total, Language language) {
  if (!progress.Due()) return;
  const double percent = 100.0 * static_cast<double>(done) /
                         static_cast<double>(std::max({done, total, std::uint64_t{1}}));
  progress.Show(Say(language, text::kReadProgress, Grouped(done), Grouped(total), percent));
}

// The node promised a result and ended the stream without one.
Failure NoResult(Language language) {
  return {Exit::kFailed, "stream_broken", "", Say(language, text::kStreamBroken),
          Say(language, text::kStreamBrokenFix)};
}

Json ToJson(const google::protobuf::RepeatedPtrField<v1::Difference>& differences) {
  Json rows = Json::array();
  for (const v1::Difference& difference : differences) {
    rows.push_back({{"family", difference.family()},
                    {"key", difference.name()},
                    {"key_hex", Hex(difference.key())},
                    {"what", difference.what()}});
  }
  return rows;
}

void Tell(Output& out, const google::protobuf::RepeatedPtrField<v1::Difference>& differences) {
  for (const v1::Difference& difference : differences) {
    out.Tell(text::kDifference, Printable(difference.family()), Printable(difference.name()),
             Printable(difference.what()));
  }
}

Exit ReportVerify(Output& out, const v1::VerifyResponse::Result& result) {
  if (out.json()) {
    out.Print({{"ok", result.ok()},
               {"entries", result.entries()},
               {"root", Hex(result.root_hash())},
               {"differences", ToJson(result.differences())},
               {"difference_count", result.difference_count()}});
  } else {
    out.Tell(result.ok() ? text::kVerifyOk : text::kVerifyWrong, Grouped(result.entries()),
             Grouped(result.difference_count()));
    out.Tell(text::kStatusRoot, Hex(result.root_hash()));
    Tell(out, result.differences());
  }
  return result.ok() ? Exit::kDone : Exit::kFailed;
}

}  // namespace

Exit Run(Session& session, const History& options) {
  constexpr std::uint64_t kPage = 1000;
  v1::HistoryRequest request;
  request.set_identifier(options.identifier);
  std::uint64_t listed = 0;
  for (bool more = true; more && (options.limit == 0 || listed < options.limit);) {
    request.set_limit(static_cast<std::uint32_t>(
        options.limit == 0 ? kPage : std::min(kPage, options.limit - listed)));
    const v1::HistoryResponse response = session.client().Call(request);
    for (const v1::Entry& entry : response.entries()) {
      request.set_before_seq(entry.seq());
      ++listed;
      if (session.out().json()) {
        session.out().Print(ToJson(entry));
        continue;
      }
      session.out().Line(EntryLine(entry, session.language()));
      if (entry.values_size() > 0) {
        session.out().Line(ValuesText(entry.values(), session.language()));
      }
    }
    more = response.more() && response.entries_size() > 0;
  }
  return Exit::kDone;
}

Exit Run(Session& session, const Recount& /*options*/) {
  Progress progress;
  std::optional<v1::RecountResponse::Result> result;
  session.client().Call(v1::RecountRequest(), [&](const v1::RecountResponse& step) {
    if (step.has_result()) result = step.result();
    ShowProgress(progress, step.entries_read(), step.entries_total(), session.language());
    return true;
  });
  progress.Wipe();
  if (!result) throw NoResult(session.language());
  Output& out = session.out();
  if (out.json()) {
    Json json = {{"equal", result->equal()}, {"prefixes", result->prefixes()}};
    json.update(ToJson(result->total()));
    json["differences"] = ToJson(result->differences());
    json["difference_count"] = result->difference_count();
    out.Print(json);
  } else {
    const v1::Counts& total = result->total();
    out.Tell(result->equal() ? text::kRecountEqual : text::kRecountWrong,
             Grouped(result->prefixes()), Grouped(result->difference_count()));
    out.Tell(text::kRecountTotals, Grouped(total.created()), Grouped(total.recreated()),
             Grouped(total.updated()), Grouped(total.deleted()), GroupedSigned(total.active()));
    Tell(out, result->differences());
  }
  return result->equal() ? Exit::kDone : Exit::kFailed;
}

Exit Run(Session& session, const AuditVerify& options) {
  Progress progress;
  if (!options.data.empty()) {
    const auto found = VerifyDirectory(options.data, session.language(),
                                       [&](std::uint64_t done, std::uint64_t total) {
                                         ShowProgress(progress, done, total, session.language());
                                         return true;
                                       });
    progress.Wipe();
    return ReportVerify(session.out(), found);
  }
  std::optional<v1::VerifyResponse::Result> result;
  session.client().Call(v1::VerifyRequest(), [&](const v1::VerifyResponse& step) {
    if (step.has_result()) result = step.result();
    ShowProgress(progress, step.rows_read(), step.rows_total(), session.language());
    return true;
  });
  progress.Wipe();
  if (!result) throw NoResult(session.language());
  return ReportVerify(session.out(), *result);
}

Exit Run(Session& session, const AuditLog& options) {
  v1::ReadLogRequest request;
  request.set_from_seq(options.from);
  request.set_limit(options.limit);
  request.set_with_payload(options.payload);
  std::uint64_t next = options.from;
  try {
    session.client().Call(request, [&](const v1::ReadLogResponse& part) {
      for (const auto& row : part.rows()) {
        session.out().json() ? session.out().Print(LogRowJson(row))
                             : session.out().Text(LogRowText(row, session.language()));
        next = row.seq() + 1;
      }
      return true;
    });
  } catch (Failure& failure) {
    if (failure.exit == Exit::kUnavailable && next != options.from) {
      failure.parameters["from"] = std::to_string(next);
      failure.fix += ' ' + Say(session.language(), text::kLogGoOn, next);
    }
    throw;
  }
  return Exit::kDone;
}

}  // namespace idnode::ctl
