#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/day.h"
#include "base/quantity.h"
#include "control_object.h"
#include "pages.h"
#include "receipt.h"
#include "secret.h"
#include "verbs.h"
#include "words.h"

namespace idnode::ctl {
namespace {

// When a token ends, milliseconds since 1970: a day ends with it, in China; a duration counts from
// now; nothing is 0, never.
std::int64_t ExpiryMs(const std::string& text, Language language) {
  if (text.empty()) return 0;
  if (const auto day = Day::Parse(text); day.ok()) return day.value().end_ms();
  const auto duration = ParseDuration(text);
  constexpr std::int64_t kMost = std::int64_t{1000} * 366 * Day::kMs;  // a sum cannot overflow
  if (duration.ok() && duration.value().count() > 0 && duration.value().count() <= kMost) {
    return SystemClock().WallMs() + duration.value().count();
  }
  throw UsageFailure("--expires", Say(language, text::kExpires, Printable(text)),
                     Say(language, text::kExpiresFix));
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

}  // namespace

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
  const Language language = session.language();
  const bool json = session.out().json();
  Table table({Say(language, text::kTitleId), Say(language, text::kTitleName),
               Say(language, text::kTitleScopes), Say(language, text::kTitlePrefixes),
               Say(language, text::kTitleExpires)});
  EachPage(session.client(), v1::ListTokensRequest(), [&](const auto& page) {
    for (const v1::Token& token : page.tokens()) {
      if (json) {
        Json row = TokenJson(token, token.id());
        row["seq"] = token.seq();
        session.out().Print(row);
        continue;
      }
      table.Add({token.id(), token.name(), Joined(ScopeWords(token)), ReachText(token, language),
                 ExpiryText(token, language)});
    }
  });
  if (!json) session.out().Text(table.ToText());
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

}  // namespace idnode::ctl
