#include "resolve/resolver.h"

#include <optional>

#include "base/writer.h"
#include "handle/fold.h"
#include "handle/selection.h"
#include "ledger/rows.h"

namespace idnode::resolve {

// Of one question; its strings keep their capacity.
struct Resolver::Slot {
  std::array<char, kMaxIdentifier + handle::kMaxKeyGrowth> key_octets;
  std::string_view key;   // in key_octets; empty: there is nothing to read
  std::string row;        // as it is stored
  std::string selection;  // the values of an answer that is not the whole record
};

Resolver::Resolver(const store::Readable& store, const Published<PrefixTable>& prefixes)
    : store_(store), prefixes_(prefixes), slots_(std::make_unique<std::array<Slot, kBatch>>()) {}
Resolver::Resolver(Resolver&&) noexcept = default;
Resolver::~Resolver() = default;

namespace {

Answer Failed(const Error& error) noexcept {
  if (error.code == Errc::kNotFound) return {.outcome = Outcome::kNotFound};
  return {.outcome = error.code == Errc::kUnavailable ? Outcome::kUnavailable : Outcome::kCorrupt};
}

Outcome OutcomeOf(handle::Verdict verdict) noexcept {
  switch (verdict) {
    case handle::Verdict::kValues:
      return Outcome::kValues;
    case handle::Verdict::kNothing:
      return Outcome::kNoValues;
    case handle::Verdict::kAuthentication:
      return Outcome::kAuthentication;
    case handle::Verdict::kNobody:
      return Outcome::kNobody;
  }
  return Outcome::kCorrupt;
}

// What `question` gets of the values of a record, written to `out` unless it is all of them.
Answer SelectValues(const Question& question, std::string_view values, bool all_public,
                    std::string& out) {
  if (all_public && handle::AsksForAll(question.request)) {
    const handle::ValueList list = handle::TrustedValueList(AsBytes(values));
    if (list.empty()) return {.outcome = Outcome::kNoValues};
    return {.outcome = Outcome::kValues, .values = AsBytes(values)};
  }
  out.clear();
  TextWriter writer(out);
  writer.U32(0);  // the count, known at the end
  const handle::Selection selection = handle::Select(
      handle::TrustedValueList(AsBytes(values)), question.request, question.public_only,
      [&](const handle::Value& value) { writer.Raw(value.octets); });
  for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<char>(selection.count >> (24 - 8 * i));
  return {.outcome = OutcomeOf(selection.verdict), .values = AsBytes(out)};
}

}  // namespace

void Resolver::Resolve(std::span<const Question> questions, std::span<Answer> answers) noexcept {
  const PrefixTable& prefixes = prefixes_.Get();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    Slot& slot = (*slots_)[i];
    const std::string_view identifier = questions[i].request.identifier;
    answers[i] = {.outcome = Outcome::kNotFound};
    slot.key = {};
    if (identifier.size() > kMaxIdentifier) continue;
    slot.key = MakeKey(identifier, prefixes, slot);
    if (slot.key.empty()) answers[i].outcome = Outcome::kNotHere;
  }
  for (std::size_t i = 0; i < questions.size(); ++i) {
    Slot& slot = (*slots_)[i];
    if (!slot.key.empty()) answers[i] = Read(questions[i], slot);
  }
}

std::string_view Resolver::MakeKey(std::string_view identifier, const PrefixTable& prefixes,
                                   Slot& slot) noexcept {
  const std::string_view key =
      handle::WriteKey(identifier, handle::CasePolicy::kSensitive, slot.key_octets);
  const std::optional<handle::CasePolicy> policy = prefixes.Find(handle::PrefixOf(key));
  if (!policy.has_value()) return {};
  if (*policy == handle::CasePolicy::kFold) {
    handle::FoldInPlace(std::span(slot.key_octets).first(key.size()));
  }
  return key;
}

Answer Resolver::Read(const Question& question, Slot& slot) const noexcept {
  const Status read = store_.Get(store::Family::kRecords, slot.key, slot.row);
  if (!read.ok()) return Failed(read.error());
  const Result<ledger::StateRow> row = ledger::DecodeStateRow(slot.row);
  if (!row.ok()) return Failed(row.error());
  const Result<ledger::RecordState> state = ledger::DecodeRecordState(row.value().state);
  if (!state.ok()) return Failed(state.error());
  if (state.value().tombstone()) return {.outcome = Outcome::kNotFound};
  const bool all_public = (state.value().flags & ledger::kAllPublic) != 0;
  return SelectValues(question, state.value().values, all_public, slot.selection);
}

}  // namespace idnode::resolve
