#include "registry/identifier_decisions.h"

#include <utility>

#include "handle/fold.h"
#include "ledger/project.h"
#include "registry/grammar.h"

namespace idnode::registry {
namespace {

using ledger::EntryKind;
using ledger::Moment;
using ledger::Overlay;
using ledger::Seq;

class IdentifierDecision : public Decision {
 public:
  IdentifierDecision(Asked asked, std::string identifier, EncodedValues values)
      : Decision(std::move(asked)),
        identifier_(std::move(identifier)),
        prefix_(handle::Folded(handle::PrefixOf(identifier_))),
        is_reserved_(IsReserved(identifier_)),
        values_(std::move(values)) {}

  std::size_t octets() const noexcept final {
    return identifier_.size() + prefix_.size() + values_.octets();
  }

 protected:
  // The record as it is, as far as a decision needs it.
  struct Current {
    Seq seq = ledger::kNoSeq;  // none: never registered
    bool tombstone = false;
    std::string spelling;  // the first one, if it is not the key
    bool exists() const noexcept { return seq != ledger::kNoSeq && !tombstone; }
  };

  // What has come in by an administrator's import is an administrator's.
  Scope scope() const noexcept override {
    return is_reserved_ ? stored::v1::SCOPE_ADMIN : stored::v1::SCOPE_REGISTER;
  }
  std::string_view prefix() const noexcept override { return prefix_; }
  const std::string& identifier() const noexcept { return identifier_; }
  const EncodedValues& values() const noexcept { return values_; }

  virtual Made MakeFrom(const Current& current, const Moment& moment, ledger::Change change) = 0;

  Made Make(const Overlay& now, const Moment& moment) final {
    std::string buffer;
    const auto row = ReadState(now, store::Family::kControl, PrefixControlKey(prefix_), buffer);
    if (!row.ok()) {
      if (row.error().code != Errc::kNotFound) return FromCommitter(row.error());
      return Problem{
          .code = Code::kPrefixUnknown, .field = "identifier", .parameters = {{"prefix", prefix_}}};
    }
    const Result<stored::v1::Prefix> prefix = ParsePrefix(row.value().state);
    if (!prefix.ok()) return FromCommitter(prefix.error());
    const bool sensitive = prefix.value().case_policy() == stored::v1::CASE_POLICY_SENSITIVE;
    ledger::Change change{
        .prefix = prefix_,
        .identifier = identifier_,
        .case_policy = sensitive ? handle::CasePolicy::kSensitive : handle::CasePolicy::kFold};
    const std::string key = handle::KeyOf(identifier_, change.case_policy);
    const Result<Current> current = ReadCurrent(now, key);
    if (!current.ok()) return FromCommitter(current.error());
    return MakeFrom(current.value(), moment, std::move(change));
  }

  ledger::Hash DigestOf(EntryKind kind, std::string_view content) const {
    return ledger::RequestDigest({.kind = kind,
                                  .expected_seq = origin().expected_seq,
                                  .identifier = identifier_,
                                  .content = content});
  }

  std::optional<Problem> CheckExpected(const Current& current) const {
    if (!current.exists()) {
      return Problem{.code = Code::kIdentifierNotFound,
                     .field = "identifier",
                     .parameters = {{"identifier", Quoted(identifier_)}}};
    }
    const std::optional<Seq>& expected = origin().expected_seq;
    if (!expected.has_value() || *expected == current.seq) return std::nullopt;
    return Problem{.code = Code::kSeqMismatch,
                   .field = "expected_seq",
                   .parameters = {{"seq", std::to_string(current.seq)},
                                  {"expected", std::to_string(*expected)}}};
  }

  // A record with values: the state after a registration or an update.
  std::string StateWith(const std::string& spelling, const Moment& moment) const {
    const std::string wire = values_.At(moment.time_ms);
    const std::uint8_t flags = values_.all_public() ? ledger::kAllPublic : std::uint8_t{0};
    return ledger::EncodeRecordState({.flags = flags, .spelling = spelling, .values = wire});
  }

 private:
  static Result<Current> ReadCurrent(const Overlay& now, const std::string& key) {
    std::string buffer;
    const auto row = ReadState(now, store::Family::kRecords, key, buffer);
    if (!row.ok()) {
      return row.error().code == Errc::kNotFound ? Result<Current>(Current{}) : row.error();
    }
    const Result<ledger::RecordState> state = ledger::DecodeRecordState(row.value().state);
    if (!state.ok()) return state.error();
    return Current{.seq = row.value().seq,
                   .tombstone = state.value().tombstone(),
                   .spelling = std::string(state.value().spelling)};
  }

  const std::string identifier_;
  const std::string prefix_;
  const bool is_reserved_;
  const EncodedValues values_;
};

class RegisterDecision final : public IdentifierDecision {
 public:
  RegisterDecision(Asked asked, std::string identifier, EncodedValues values, bool import)
      : IdentifierDecision(std::move(asked), std::move(identifier), std::move(values)),
        import_(import) {}

 protected:
  Scope scope() const noexcept override {
    return import_ ? stored::v1::SCOPE_ADMIN : IdentifierDecision::scope();
  }

  Made MakeFrom(const Current& current, const Moment& moment, ledger::Change change) override {
    if (current.exists()) {
      return Problem{.code = Code::kIdentifierExists,
                     .field = "identifier",
                     .parameters = {{"identifier", Quoted(identifier())},
                                    {"seq", std::to_string(current.seq)}}};
    }
    // The first spelling is kept, also across a deletion.
    std::string spelling = current.spelling;
    const std::string key = handle::KeyOf(change.identifier, change.case_policy);
    if (current.seq == ledger::kNoSeq && change.identifier != key) spelling = change.identifier;
    change.kind = current.tombstone ? EntryKind::kRecreated : EntryKind::kCreated;
    change.state = StateWith(spelling, moment);
    return change;
  }

  ledger::Hash DigestAt(std::int64_t time_ms) const override {
    return DigestOf(EntryKind::kCreated, values().At(time_ms));
  }

 private:
  const bool import_;
};

class UpdateDecision final : public IdentifierDecision {
 public:
  using IdentifierDecision::IdentifierDecision;

 protected:
  Made MakeFrom(const Current& current, const Moment& moment, ledger::Change change) override {
    if (auto problem = CheckExpected(current)) return *std::move(problem);
    change.kind = EntryKind::kUpdated;
    change.state = StateWith(current.spelling, moment);
    return change;
  }

  ledger::Hash DigestAt(std::int64_t time_ms) const override {
    return DigestOf(EntryKind::kUpdated, values().At(time_ms));
  }
};

class DeleteDecision final : public IdentifierDecision {
 public:
  using IdentifierDecision::IdentifierDecision;

 protected:
  Made MakeFrom(const Current& current, const Moment& /*moment*/, ledger::Change change) override {
    if (auto problem = CheckExpected(current)) return *std::move(problem);
    change.kind = EntryKind::kDeleted;
    const std::string no_values = EncodedValues().At(0);
    change.state = ledger::EncodeRecordState(
        {.flags = ledger::kTombstone, .spelling = current.spelling, .values = no_values});
    return change;
  }

  ledger::Hash DigestAt(std::int64_t /*time_ms*/) const override {
    return DigestOf(EntryKind::kDeleted, {});
  }
};

}  // namespace

std::unique_ptr<ledger::Request> DecideRegister(Asked asked, std::string identifier,
                                                EncodedValues values, bool import) {
  return std::make_unique<RegisterDecision>(std::move(asked), std::move(identifier),
                                            std::move(values), import);
}

std::unique_ptr<ledger::Request> DecideUpdate(Asked asked, std::string identifier,
                                              EncodedValues values) {
  return std::make_unique<UpdateDecision>(std::move(asked), std::move(identifier),
                                          std::move(values));
}

std::unique_ptr<ledger::Request> DecideDelete(Asked asked, std::string identifier) {
  return std::make_unique<DeleteDecision>(std::move(asked), std::move(identifier), EncodedValues());
}

}  // namespace idnode::registry
