#include <nlohmann/json.hpp>

#include "receipt.h"
#include "rows.h"
#include "verbs.h"

namespace idnode::ctl {
namespace {

Values ToValues(const RecordValues& options, Language language) {
  Values values;
  for (const std::string& text : options.values) {
    *values.Add() = ParseValue(text, "--value", language);
  }
  for (const std::string& text : options.files) {
    *values.Add() = ParseValueFile(text, "--value-file", language);
  }
  for (v1::Value& value : values) {
    if (options.ttl_s) value.set_ttl_s(*options.ttl_s);
    if (options.permissions) value.set_permissions(*options.permissions);
  }
  return values;
}

void Report(Session& session, const std::string& identifier, const v1::Receipt& receipt,
            const std::string& request_id) {
  Output& out = session.out();
  if (out.json()) {
    Json json = {{"identifier", identifier}};
    json.update(ReceiptJson(receipt, request_id));
    out.Print(json);
    return;
  }
  const auto& sentence = receipt.kind() == v1::ENTRY_KIND_RECREATED ? text::kRecreated
                         : receipt.kind() == v1::ENTRY_KIND_UPDATED ? text::kUpdated
                         : receipt.kind() == v1::ENTRY_KIND_DELETED ? text::kDeleted
                                                                    : text::kCreated;
  out.Tell(sentence, Printable(identifier), receipt.seq(), TimeText(receipt.time_ms()));
  if (receipt.repeated()) out.Tell(text::kRepeated);
}

std::string RecordLine(const v1::Record& record, Language language) {
  return Say(language, record.deleted() ? text::kRecordDeleted : text::kRecord,
             Printable(record.identifier()), record.seq(), TimeText(record.changed_ms()));
}

// A Failure says where to go on: what came before it is printed.
v1::ListResponse ListPage(Session& session, const v1::ListRequest& request) {
  try {
    return session.client().Call(request);
  } catch (Failure& failure) {
    if (failure.exit == Exit::kUnavailable && !request.cursor().empty()) {
      failure.parameters["cursor"] = request.cursor();
      failure.fix += ' ' + Say(session.language(), text::kListGoOn, request.cursor());
    }
    throw;
  }
}

// One record of a list. For people: a line, and its values below it when they were asked for.
void ListRecord(Session& session, const v1::Record& record, bool values) {
  Output& out = session.out();
  if (out.json()) {
    Json json = ToJson(record);
    if (!values) json.erase("values");
    out.Print(json);
    return;
  }
  if (!values) {
    out.Line(Printable(record.identifier()) +
             (record.deleted() ? "  " + Say(session.language(), text::kDeletedMark) : ""));
    return;
  }
  out.Line(RecordLine(record, session.language()));
  out.Line(ValuesText(record.values(), session.language()));
}

}  // namespace

Exit Run(Session& session, const Register& options) {
  v1::RegisterRequest request;
  request.set_identifier(options.identifier);
  *request.mutable_values() = ToValues(options.values, session.language());
  request.set_request_id(RequestId(options.request_id, session.language()));
  Report(session, options.identifier, session.Change(request).receipt(), request.request_id());
  return Exit::kDone;
}

Exit Run(Session& session, const Update& options) {
  v1::UpdateRequest request;
  request.set_identifier(options.identifier);
  *request.mutable_values() = ToValues(options.values, session.language());
  if (options.expected_seq) request.set_expected_seq(*options.expected_seq);
  request.set_request_id(RequestId(options.request_id, session.language()));
  Report(session, options.identifier, session.Change(request).receipt(), request.request_id());
  return Exit::kDone;
}

Exit Run(Session& session, const Delete& options) {
  v1::DeleteRequest request;
  request.set_identifier(options.identifier);
  if (options.expected_seq) request.set_expected_seq(*options.expected_seq);
  request.set_request_id(RequestId(options.request_id, session.language()));
  Report(session, options.identifier, session.Change(request).receipt(), request.request_id());
  return Exit::kDone;
}

Exit Run(Session& session, const Get& options) {
  v1::GetRequest request;
  request.set_identifier(options.identifier);
  request.set_include_deleted(options.deleted);
  const v1::Record record = session.client().Call(request).record();
  Output& out = session.out();
  if (out.json()) {
    out.Print(ToJson(record));
    return Exit::kDone;
  }
  out.Line(RecordLine(record, session.language()));
  if (!record.deleted()) out.Text(ValuesText(record.values(), session.language()));
  return Exit::kDone;
}

Exit Run(Session& session, const List& options) {
  constexpr std::uint64_t kPage = 1000;
  constexpr std::uint64_t kPageWithValues = 100;
  const std::uint64_t page = options.values ? kPageWithValues : kPage;
  v1::ListRequest request;
  request.set_prefix(options.prefix);
  request.set_below(options.below);
  request.set_include_values(options.values);
  request.set_include_deleted(options.deleted);
  request.set_cursor(options.cursor);
  std::uint64_t listed = 0;
  do {
    const std::uint64_t wanted = options.limit == 0 ? page : std::min(page, options.limit - listed);
    request.set_page_size(static_cast<std::uint32_t>(wanted));
    const v1::ListResponse response = ListPage(session, request);
    for (const v1::Record& record : response.records()) ListRecord(session, record, options.values);
    listed += static_cast<std::uint64_t>(response.records_size());
    request.set_cursor(response.next_cursor());
  } while (!request.cursor().empty() && (options.limit == 0 || listed < options.limit));
  if (!request.cursor().empty()) {
    session.out().Flush();
    Warn(Say(session.language(), text::kListMore, request.cursor()));
  }
  return Exit::kDone;
}

}  // namespace idnode::ctl
