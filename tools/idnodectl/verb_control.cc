#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "crypto/digest.h"
#include "expiry.h"
#include "secret.h"
#include "verbs.h"
#include "words.h"

namespace idnode::ctl {
namespace {

Json ReceiptJson(const v1::Receipt& receipt, std::string_view request_id) {
  return {{"seq", receipt.seq()},
          {"time_ms", receipt.time_ms()},
          {"kind", Word(receipt.kind())},
          {"repeated", receipt.repeated()},
          {"request_id", Hex(request_id)}};
}

std::string Joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ","));
}

std::vector<std::string> ScopeWords(const v1::Token& token) {
  std::vector<std::string> words;
  for (const int scope : token.scopes()) words.push_back(Word(static_cast<v1::Scope>(scope)));
  return words;
}

std::string ReachText(const v1::Token& token, Language language) {
  if (token.all_prefixes()) return Say(language, text::kAllPrefixes);
  std::vector<std::string> words;
  for (const v1::PrefixReach& reach : token.prefixes()) {
    words.push_back(reach.prefix() + (reach.below() ? ".*" : ""));
  }
  return Joined(words);
}

Json TokenJson(const v1::Token& token) {
  Json prefixes = Json::array();
  for (const v1::PrefixReach& reach : token.prefixes()) {
    prefixes.push_back({{"prefix", reach.prefix()}, {"below", reach.below()}});
  }
  return {{"id", token.id()},
          {"name", token.name()},
          {"scopes", ScopeWords(token)},
          {"all_prefixes", token.all_prefixes()},
          {"prefixes", std::move(prefixes)},
          {"expires_ms", token.expires_ms()},
          {"revoked", token.revoked()},
          {"seq", token.seq()}};
}

v1::Token ToToken(const TokenAdd& options, Language language) {
  v1::Token token;
  token.set_name(options.name);
  for (const std::string& word : options.scopes) {
    token.add_scopes(FromWord<v1::Scope>(word).value_or(v1::SCOPE_UNSPECIFIED));
  }
  token.set_all_prefixes(options.all_prefixes);
  for (const std::string& prefix : options.prefixes) {
    v1::PrefixReach& reach = *token.add_prefixes();
    reach.set_prefix(prefix);
    reach.set_below(options.below);
  }
  token.set_expires_ms(ExpiryMs(options.expires, language));
  return token;
}

std::string TokenState(const v1::Token& token, Language language) {
  if (token.revoked()) return Say(language, text::kRevoked);
  return token.expires_ms() == 0 ? Say(language, text::kNever) : TimeText(token.expires_ms());
}

}  // namespace

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
  const v1::ListPrefixesResponse response = session.client().Call(v1::ListPrefixesRequest());
  const Language language = session.language();
  Json rows = Json::array();
  Table table({Say(language, text::kTitlePrefix), Say(language, text::kTitleCase),
               Say(language, text::kTitleName)});
  for (const v1::Prefix& prefix : response.prefixes()) {
    const std::string policy = Word(prefix.case_policy());
    rows.push_back({{"prefix", prefix.prefix()},
                    {"case", policy},
                    {"name", prefix.name()},
                    {"seq", prefix.seq()}});
    table.Add({prefix.prefix(), policy, prefix.name()});
  }
  session.out().json() ? session.out().Print(rows) : session.out().Text(table.ToText());
  return Exit::kDone;
}

Exit Run(Session& session, const TokenAdd& options) {
  v1::AddTokenRequest request;
  *request.mutable_token() = ToToken(options, session.language());
  const Secret secret(options.out_file, session.language());
  request.set_secret_sha256(secret.Sha256());
  request.set_request_id(RequestId("", session.language()));
  v1::AddTokenResponse response;
  try {
    response = session.client().Call(request);
  } catch (Failure& failure) {
    if (Session::OutcomeUnknown(failure)) {
      failure.fix = Say(session.language(), text::kTokenUnknown, options.name);
    } else {
      secret.Withdraw();
    }
    throw;
  }
  Output& out = session.out();
  if (out.json()) {
    Json json = ReceiptJson(response.receipt(), request.request_id());
    json["id"] = response.id();
    json[options.out_file.empty() ? "secret" : "file"] =
        options.out_file.empty() ? secret.text() : options.out_file;
    out.Print(json);
    return Exit::kDone;
  }
  out.Tell(text::kTokenAdded, response.id(), Printable(options.name), response.receipt().seq());
  if (options.out_file.empty()) {
    out.Tell(text::kTokenSecret);
    out.Line(secret.text());
  } else {
    out.Tell(text::kTokenFileWritten, Printable(options.out_file));
  }
  return Exit::kDone;
}

Exit Run(Session& session, const TokenList& /*options*/) {
  const v1::ListTokensResponse response = session.client().Call(v1::ListTokensRequest());
  const Language language = session.language();
  Json rows = Json::array();
  Table table({Say(language, text::kTitleId), Say(language, text::kTitleName),
               Say(language, text::kTitleScopes), Say(language, text::kTitlePrefixes),
               Say(language, text::kTitleExpires)});
  for (const v1::Token& token : response.tokens()) {
    rows.push_back(TokenJson(token));
    table.Add({token.id(), token.name(), Joined(ScopeWords(token)), ReachText(token, language),
               TokenState(token, language)});
  }
  session.out().json() ? session.out().Print(rows) : session.out().Text(table.ToText());
  return Exit::kDone;
}

Exit Run(Session& session, const TokenRevoke& options) {
  v1::RevokeTokenRequest request;
  request.set_id(options.id);
  request.set_request_id(RequestId(options.request_id, session.language()));
  const v1::Receipt receipt = session.Change(request).receipt();
  if (session.out().json()) {
    Json json = ReceiptJson(receipt, request.request_id());
    json["id"] = options.id;
    session.out().Print(json);
  } else {
    session.out().Tell(text::kTokenRevoked, options.id, receipt.seq());
  }
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
    out.Print({{"version", status.version()},
               {"log_id", Hex(status.log_id())},
               {"log_size", status.log_size()},
               {"root", Hex(status.root_hash())},
               {"last_entry_ms", status.last_entry_ms()},
               {"accepts_writes", status.accepts_writes()},
               {"refusal", status.refusal()}});
    return Exit::kDone;
  }
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
  return Exit::kDone;
}

}  // namespace idnode::ctl
