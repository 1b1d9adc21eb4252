#include "log_row.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "control_object.h"
#include "ledger/clock_rule.h"
#include "ledger/entry.h"
#include "ledger/rows.h"
#include "registry/control.h"
#include "registry/principal.h"
#include "registry/record.h"
#include "rows.h"
#include "words.h"

namespace idnode::ctl {
namespace {

// What the octets of a row say; nothing where they are not there or cannot be read.
struct Read {
  explicit Read(const v1::ReadLogResponse::Row& row) {
    if (auto decoded = ledger::DecodeLeaf(row.leaf()); decoded.ok()) {
      leaf = std::move(decoded).value();
    }
    if (row.payload().empty()) return;
    if (auto decoded = ledger::DecodePayload(row.payload()); leaf && decoded.ok()) {
      payload = std::move(decoded).value();
    }
  }
  bool control() const { return leaf && ledger::IsControl(leaf->kind); }

  std::optional<ledger::Leaf> leaf;
  std::optional<ledger::Payload> payload;  // none without a leaf
};

// The identifier, or the name of the control object. REQUIRES: a payload.
std::string NameOf(const Read& read) {
  const std::string& key = read.payload->identifier;
  if (!read.control()) return key;
  if (key.starts_with('p')) return "prefix " + key.substr(1);
  if (key.starts_with('t')) return "token " + registry::TokenName(key.substr(1));
  return key == ledger::kClockKey ? "clock" : Hex(key);
}

Values ValuesOf(const Read& read) {
  Values values;
  if (!read.payload || read.control()) return values;
  const auto state = ledger::DecodeRecordState(read.payload->state);
  if (state.ok()) static_cast<void>(registry::DecodeValues(state.value().values, values));
  return values;
}

v1::Entry ToEntry(const Read& read) {
  const ledger::Leaf& leaf = *read.leaf;
  v1::Entry entry;
  entry.set_seq(leaf.seq);
  entry.set_time_ms(leaf.time_ms);
  entry.set_kind(static_cast<v1::EntryKind>(leaf.kind));
  entry.set_channel(static_cast<v1::Channel>(leaf.channel));
  entry.set_prefix(leaf.prefix);
  v1::Counts& totals = *entry.mutable_totals();
  totals.set_created(leaf.totals.created);
  totals.set_recreated(leaf.totals.recreated);
  totals.set_updated(leaf.totals.updated);
  totals.set_deleted(leaf.totals.deleted);
  totals.set_active(leaf.totals.active());
  if (leaf.prev != ledger::kNoSeq) entry.set_prev(leaf.prev);
  if (leaf.prev_in_prefix != ledger::kNoSeq) entry.set_prev_in_prefix(leaf.prev_in_prefix);
  if (!read.payload) return entry;
  entry.set_identifier(NameOf(read));
  entry.set_actor(registry::ActorName(read.payload->actor));
  entry.set_request_id(std::string(AsText(read.payload->request_id)));
  *entry.mutable_values() = ValuesOf(read);
  return entry;
}

using Clock = std::int64_t;  // ms since 1970
using Object = std::variant<std::monostate, stored::v1::Prefix, stored::v1::Token, Clock>;

template <typename T>
Object ToObject(Result<T> read) {
  return read.ok() ? Object(std::move(read).value()) : Object();
}

// What the entry made of a control object; nothing if it cannot be read.
Object ObjectOf(const ledger::Payload& payload) {
  const std::string& key = payload.identifier;
  if (key.starts_with('p')) return ToObject(registry::ParsePrefix(payload.state));
  if (key.starts_with('t')) return ToObject(registry::ParseToken(payload.state));
  if (key == ledger::kClockKey) return ToObject(ledger::DecodeClockAcceptance(payload.state));
  return {};
}

struct ObjectToJson {
  Json operator()(std::monostate /*none*/) const { return {}; }
  Json operator()(const stored::v1::Prefix& prefix) const { return PrefixJson(prefix); }
  Json operator()(const stored::v1::Token& token) const {
    Json json = TokenJson(token, registry::TokenName(token.id()));
    json["secret_sha256"] = Hex(token.secret_sha256());
    return json;
  }
  Json operator()(Clock accepted_ms) const { return {{"accepted_ms", accepted_ms}}; }
};

struct ObjectToText {
  Language language;

  std::string operator()(std::monostate /*none*/) const { return "?"; }
  std::string operator()(const stored::v1::Prefix& prefix) const {
    return Say(language, text::kLogPrefix, CaseWord(prefix), Printable(prefix.name()));
  }
  std::string operator()(const stored::v1::Token& token) const {
    return Say(language, text::kLogToken, Printable(token.name()), Joined(ScopeWords(token)),
               Printable(ReachText(token, language)), ExpiryText(token, language));
  }
  std::string operator()(Clock accepted_ms) const {
    return Say(language, text::kLogClock, TimeText(accepted_ms));
  }
};

std::string LeafLine(const ledger::Leaf& leaf, Language language) {
  std::string line = Say(language, text::kLeaf, leaf.seq, TimeText(leaf.time_ms),
                         KindText(static_cast<v1::EntryKind>(leaf.kind), language),
                         ChannelText(static_cast<v1::Channel>(leaf.channel), language));
  if (ledger::IsControl(leaf.kind)) return line;
  return line + Say(language, text::kLeafTotals, Printable(leaf.prefix),
                    Grouped(leaf.totals.created), Grouped(leaf.totals.recreated),
                    Grouped(leaf.totals.updated), Grouped(leaf.totals.deleted));
}

}  // namespace

std::string LogRowText(const v1::ReadLogResponse::Row& row, Language language) {
  const Read read(row);
  std::string text = read.leaf ? LeafLine(*read.leaf, language) : std::to_string(row.seq());
  text += "\n  " + Hex(row.leaf()) + '\n';
  if (!row.payload().empty()) text += "  " + Hex(row.payload()) + '\n';
  if (!read.payload) return text;
  text +=
      "  " +
      Say(language, text::kLogPayload,
          read.control() ? NameText(Printable(NameOf(read)), language) : Printable(NameOf(read)),
          NameText(registry::ActorName(read.payload->actor), language),
          Hex(AsText(read.payload->request_id))) +
      '\n';
  if (read.control()) {
    return text + "  " + std::visit(ObjectToText{language}, ObjectOf(*read.payload)) + '\n';
  }
  const Values values = ValuesOf(read);
  return values.empty() ? text : text + ValuesText(values, language);
}

Json LogRowJson(const v1::ReadLogResponse::Row& row) {
  Json json = {{"seq", row.seq()}, {"leaf", Hex(row.leaf())}, {"payload", Hex(row.payload())}};
  const Read read(row);
  if (!read.leaf) return json;
  json.update(ToJson(ToEntry(read)));
  if (!read.payload) return json;
  if (read.payload->expected_seq) json["expected_seq"] = *read.payload->expected_seq;
  if (read.control()) json["object"] = std::visit(ObjectToJson{}, ObjectOf(*read.payload));
  return json;
}

std::string EntryLine(const v1::Entry& entry, Language language) {
  return Say(language, text::kEntry, entry.seq(), TimeText(entry.time_ms()),
             KindText(entry.kind(), language), ChannelText(entry.channel(), language),
             NameText(Printable(entry.actor()), language));
}

}  // namespace idnode::ctl
