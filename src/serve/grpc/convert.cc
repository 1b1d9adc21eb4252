#include "serve/grpc/convert.h"

#include "ledger/rows.h"
#include "monitor/messages.h"
#include "registry/principal.h"
#include "registry/record.h"

namespace idnode::serve {
namespace {

// The numbers are the same by design; these hold that.
static_assert(static_cast<int>(ledger::EntryKind::kCreated) == v1::ENTRY_KIND_CREATED);
static_assert(static_cast<int>(ledger::EntryKind::kRecreated) == v1::ENTRY_KIND_RECREATED);
static_assert(static_cast<int>(ledger::EntryKind::kUpdated) == v1::ENTRY_KIND_UPDATED);
static_assert(static_cast<int>(ledger::EntryKind::kDeleted) == v1::ENTRY_KIND_DELETED);
static_assert(static_cast<int>(ledger::EntryKind::kPayloadErased) == v1::ENTRY_KIND_PAYLOAD_ERASED);
static_assert(static_cast<int>(ledger::EntryKind::kPrefixPut) == v1::ENTRY_KIND_PREFIX_PUT);
static_assert(static_cast<int>(ledger::EntryKind::kTokenPut) == v1::ENTRY_KIND_TOKEN_PUT);
static_assert(static_cast<int>(ledger::EntryKind::kClockAccepted) == v1::ENTRY_KIND_CLOCK_ACCEPTED);
static_assert(static_cast<int>(ledger::EntryKind::kTokenRevoked) == v1::ENTRY_KIND_TOKEN_REVOKED);

static_assert(static_cast<int>(stored::v1::CASE_POLICY_FOLD) == v1::CASE_POLICY_FOLD);
static_assert(static_cast<int>(stored::v1::CASE_POLICY_SENSITIVE) == v1::CASE_POLICY_SENSITIVE);

static_assert(static_cast<int>(stored::v1::SCOPE_REGISTER) == v1::SCOPE_REGISTER);
static_assert(static_cast<int>(stored::v1::SCOPE_READ) == v1::SCOPE_READ);
static_assert(static_cast<int>(stored::v1::SCOPE_MONITOR) == v1::SCOPE_MONITOR);
static_assert(static_cast<int>(stored::v1::SCOPE_AUDIT) == v1::SCOPE_AUDIT);
static_assert(static_cast<int>(stored::v1::SCOPE_ADMIN) == v1::SCOPE_ADMIN);

}  // namespace

v1::EntryKind ToProto(ledger::EntryKind kind) noexcept { return static_cast<v1::EntryKind>(kind); }

void ToProto(const registry::Receipt& receipt, v1::Receipt& out) {
  out.set_seq(receipt.seq);
  out.set_time_ms(receipt.time_ms);
  out.set_kind(ToProto(receipt.kind));
  out.set_repeated(receipt.repeated);
}

void ToProto(const ledger::Entry& entry, v1::Entry& out) {
  const ledger::Leaf& leaf = entry.leaf;
  out.set_seq(leaf.seq);
  out.set_time_ms(leaf.time_ms);
  out.set_kind(ToProto(leaf.kind));
  out.set_channel(monitor::ToMessage(leaf.channel));
  out.set_prefix(leaf.prefix);
  monitor::SetCounts(leaf.totals, *out.mutable_totals());
  if (leaf.prev != ledger::kNoSeq) out.set_prev(leaf.prev);
  if (leaf.prev_in_prefix != ledger::kNoSeq) out.set_prev_in_prefix(leaf.prev_in_prefix);
  const ledger::Payload& payload = entry.payload;
  if (payload.actor.empty()) return;  // erased
  out.set_identifier(payload.identifier);
  out.set_actor(registry::ActorName(payload.actor));
  out.set_request_id(std::string(AsText(payload.request_id)));
  if (ledger::IsControl(leaf.kind)) return;
  const Result<ledger::RecordState> state = ledger::DecodeRecordState(payload.state);
  if (state.ok()) (void)registry::DecodeValues(state.value().values, *out.mutable_values());
}

void ToProto(const audit::Difference& difference, Language language, v1::Difference& out) {
  out.set_family(store::FamilyName(difference.family));
  out.set_key(difference.key);
  out.set_name(audit::KeyInWords(difference.family, difference.key).In(language));
  out.set_what(difference.what.In(language));
}

void ToProto(const stored::v1::Prefix& prefix, ledger::Seq seq, v1::Prefix& out) {
  out.set_prefix(prefix.prefix());
  out.set_case_policy(static_cast<v1::CasePolicy>(prefix.case_policy()));
  out.set_name(prefix.name());
  out.set_seq(seq);
}

void ToProto(const stored::v1::Token& token, ledger::Seq seq, v1::Token& out) {
  out.set_id(registry::TokenName(token.id()));
  out.set_name(token.name());
  for (const int scope : token.scopes()) out.add_scopes(static_cast<v1::Scope>(scope));
  out.set_all_prefixes(token.all_prefixes());
  for (const stored::v1::PrefixReach& reach : token.prefixes()) {
    v1::PrefixReach& to = *out.add_prefixes();
    to.set_prefix(reach.prefix());
    to.set_below(reach.below());
  }
  out.set_expires_ms(token.expires_ms());
  out.set_revoked(token.revoked());
  out.set_seq(seq);
}

stored::v1::Prefix FromProto(const v1::Prefix& prefix) {
  stored::v1::Prefix out;
  out.set_prefix(prefix.prefix());
  out.set_case_policy(static_cast<stored::v1::CasePolicy>(prefix.case_policy()));
  out.set_name(prefix.name());
  return out;
}

stored::v1::Token FromProto(const v1::Token& token, const std::string& secret_sha256) {
  stored::v1::Token out;
  out.set_secret_sha256(secret_sha256);
  out.set_name(token.name());
  for (const int scope : token.scopes()) out.add_scopes(static_cast<stored::v1::Scope>(scope));
  out.set_all_prefixes(token.all_prefixes());
  for (const v1::PrefixReach& reach : token.prefixes()) {
    stored::v1::PrefixReach& to = *out.add_prefixes();
    to.set_prefix(reach.prefix());
    to.set_below(reach.below());
  }
  out.set_expires_ms(token.expires_ms());
  return out;
}

}  // namespace idnode::serve
