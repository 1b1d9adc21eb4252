#include <nlohmann/json.hpp>

#include "control_object.h"
#include "pages.h"
#include "receipt.h"
#include "verbs.h"
#include "words.h"

namespace idnode::ctl {

Exit Run(Session& session, const PrefixAdd& options) {
  v1::AddPrefixRequest request;
  request.mutable_prefix()->set_prefix(options.prefix);
  request.mutable_prefix()->set_name(options.name);
  request.mutable_prefix()->set_case_policy(
      FromWord<v1::CasePolicy>(options.case_policy).value_or(v1::CASE_POLICY_UNSPECIFIED));
  request.set_request_id(RequestId(options.request_id, session.language()));
  const v1::Receipt receipt = session.Change(request).receipt();
  if (session.out().json()) {
    Json json = ReceiptJson(receipt, request.request_id());
    json["prefix"] = options.prefix;
    session.out().Print(json);
  } else {
    session.out().Tell(text::kPrefixAdded, options.prefix, receipt.seq());
  }
  return Exit::kDone;
}

Exit Run(Session& session, const PrefixList& /*options*/) {
  const Language language = session.language();
  const bool json = session.out().json();
  Table table({Say(language, text::kTitlePrefix), Say(language, text::kTitleCase),
               Say(language, text::kTitleName)});
  EachPage(session.client(), v1::ListPrefixesRequest(), [&](const auto& page) {
    for (const v1::Prefix& prefix : page.prefixes()) {
      if (json) {
        Json row = PrefixJson(prefix);
        row["seq"] = prefix.seq();
        session.out().Print(row);
        continue;
      }
      table.Add({prefix.prefix(), CaseWord(prefix), prefix.name()});
    }
  });
  if (!json) session.out().Text(table.ToText());
  return Exit::kDone;
}

Exit Run(Session& session, const ClockAccept& options) {
  v1::AcceptClockRequest request;
  request.set_request_id(RequestId(options.request_id, session.language()));
  const v1::Receipt receipt = session.Change(request).receipt();
  if (session.out().json()) {
    session.out().Print(ReceiptJson(receipt, request.request_id()));
  } else {
    session.out().Tell(text::kClockAccepted, TimeText(receipt.time_ms()), receipt.seq());
  }
  return Exit::kDone;
}

Exit Run(Session& session, const StatusShow& /*options*/) {
  const v1::GetStatusResponse status = session.client().Call(v1::GetStatusRequest());
  Output& out = session.out();
  if (out.json()) {
    Json counts = Json::object();
    for (const auto& count : status.counts()) counts[count.name()] = count.value();
    out.Print({{"name", status.name()},
               {"version", status.version()},
               {"log_id", Hex(status.log_id())},
               {"log_size", status.log_size()},
               {"root", Hex(status.root_hash())},
               {"last_entry_ms", status.last_entry_ms()},
               {"accepts_writes", status.accepts_writes()},
               {"refusal", status.refusal()},
               {"counts", std::move(counts)}});
    return Exit::kDone;
  }
  if (!status.name().empty()) out.Tell(text::kStatusName, Printable(status.name()));
  out.Tell(text::kStatusVersion, status.version());
  out.Tell(text::kStatusLog, Grouped(status.log_size()), Hex(status.log_id()));
  if (status.log_size() > 0) {
    out.Tell(text::kStatusRoot, Hex(status.root_hash()));
    out.Tell(text::kStatusLast, TimeText(status.last_entry_ms()));
  }
  if (status.accepts_writes()) {
    out.Tell(text::kStatusWrites);
  } else {
    out.Tell(text::kStatusNoWrites, Printable(status.refusal()));
  }
  Table table(
      {Say(session.language(), text::kTitleCount), Say(session.language(), text::kTitleNumber)});
  table.AlignRight(1);
  for (const auto& count : status.counts()) {
    if (count.value() > 0) table.Add({count.name(), Grouped(count.value())});
  }
  out.Text(table.ToText());
  return Exit::kDone;
}

}  // namespace idnode::ctl
