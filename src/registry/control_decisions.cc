#include "registry/control_decisions.h"

#include <utility>

#include "ledger/project.h"

namespace idnode::registry {
namespace {

using ledger::EntryKind;
using ledger::Moment;
using ledger::Overlay;

constexpr Words kName{"name", "名称"};
constexpr Words kCasePolicy{"case policy", "大小写规则"};
constexpr Words kBoth{"name and case policy", "名称和大小写规则"};
constexpr Words kExpired{"it has expired already", "已经过期"};

// Adds an object whose octets are known beforehand.
class AddDecision : public Decision {
 public:
  AddDecision(Asked asked, EntryKind kind, std::string key, std::string object)
      : Decision(std::move(asked)), kind_(kind), key_(std::move(key)), object_(std::move(object)) {}

  std::size_t octets() const noexcept final { return key_.size() + object_.size(); }

 protected:
  const std::string& key() const noexcept { return key_; }

  const std::string& object() const noexcept { return object_; }

  // What comes of it if the object is there already.
  virtual Made Exists(const Overlay& now, const ledger::StateRow& row) const = 0;

  // What is against adding it now.
  virtual std::optional<Problem> Check(const Moment& /*moment*/) const { return std::nullopt; }

  Made Make(const Overlay& now, const Moment& moment) final {
    std::string buffer;
    const auto row = ReadState(now, store::Family::kControl, key_, buffer);
    if (row.ok()) return Exists(now, row.value());
    if (row.error().code != Errc::kNotFound) return FromCommitter(row.error());
    if (auto problem = Check(moment)) return *std::move(problem);
    return ledger::Change{.kind = kind_, .identifier = key_, .state = object_};
  }

  ledger::Hash DigestAt(std::int64_t /*time_ms*/) const override {
    return ledger::RequestDigest({.kind = kind_, .identifier = key_, .content = object_});
  }

 private:
  const EntryKind kind_;
  const std::string key_;
  const std::string object_;
};

class AddPrefixDecision final : public AddDecision {
 public:
  using AddDecision::AddDecision;

 protected:
  Made Exists(const Overlay& now, const ledger::StateRow& row) const override {
    const Result<stored::v1::Prefix> there = ParsePrefix(row.state);
    if (!there.ok()) return FromCommitter(there.error());
    const Result<stored::v1::Prefix> asked = ParsePrefix(object());
    if (!asked.ok()) return FromCommitter(asked.error());
    const bool is_named = there.value().name() == asked.value().name();
    const bool folds_alike = there.value().case_policy() == asked.value().case_policy();
    if (is_named && folds_alike) {
      const Result<Receipt> receipt = ReceiptOf(now, row.seq);
      if (!receipt.ok()) return FromCommitter(receipt.error());
      return receipt.value();
    }
    const Words& difference = is_named ? kCasePolicy : folds_alike ? kName : kBoth;
    return Problem{.code = Code::kPrefixExists,
                   .field = "prefix",
                   .parameters = {{"prefix", key().substr(1)},
                                  {"seq", std::to_string(row.seq)},
                                  {"difference", difference.english, difference.chinese}}};
  }
};

class AddTokenDecision final : public AddDecision {
 public:
  AddTokenDecision(Asked asked, std::string key, const stored::v1::Token& token)
      : AddDecision(std::move(asked), EntryKind::kTokenPut, std::move(key),
                    token.SerializeAsString()),
        expires_ms_(token.expires_ms()) {}

 protected:
  Made Exists(const Overlay& /*now*/, const ledger::StateRow& /*row*/) const override {
    return Problem{.code = Code::kTokenExists,
                   .field = "secret_sha256",
                   .parameters = {{"token", TokenName(key().substr(1))}}};
  }

  std::optional<Problem> Check(const Moment& moment) const override {
    if (expires_ms_ == 0 || expires_ms_ > moment.wall_ms) return std::nullopt;
    return Problem{.code = Code::kTokenMalformed,
                   .field = "token.expires_ms",
                   .parameters = {ReasonParameter(kExpired)}};
  }

 private:
  const std::int64_t expires_ms_;
};

class RevokeTokenDecision final : public Decision {
 public:
  RevokeTokenDecision(Asked asked, std::string_view id, ControlTable& control)
      : Decision(std::move(asked)),
        key_(TokenControlKey(id)),
        name_(TokenName(id)),
        control_(control) {}

 protected:
  Made Make(const Overlay& now, const Moment& moment) override {
    std::string buffer;
    const auto row = ReadState(now, store::Family::kControl, key_, buffer);
    if (!row.ok()) {
      if (row.error().code != Errc::kNotFound) return FromCommitter(row.error());
      return Problem{.code = Code::kTokenNotFound, .field = "id", .parameters = {{"token", name_}}};
    }
    Result<stored::v1::Token> token = ParseToken(row.value().state);
    if (!token.ok()) return FromCommitter(token.error());
    if (IsAdministrator(token.value(), moment.wall_ms)) {
      if (auto problem = CheckOneIsLeft(now, moment)) return *std::move(problem);
    }
    stored::v1::Token revoked = std::move(token).value();
    revoked.set_revoked(true);
    return ledger::Change{
        .kind = EntryKind::kTokenRevoked, .identifier = key_, .state = revoked.SerializeAsString()};
  }

  ledger::Hash DigestAt(std::int64_t /*time_ms*/) const override {
    return ledger::RequestDigest({.kind = EntryKind::kTokenRevoked, .identifier = key_});
  }

 private:
  // The problem if there is no administrator besides this one, or if nobody can tell. The table
  // tells who may be one, the store and this group who still is: one that the group itself has
  // added does not count yet.
  std::optional<Problem> CheckOneIsLeft(const Overlay& now, const Moment& moment) const {
    const Result<std::shared_ptr<const Control>> control = control_.Current();
    if (!control.ok()) return FromCommitter(control.error());
    std::optional<Problem> problem;
    for (const auto& [id, held] : control.value()->tokens) {
      const std::string key = TokenControlKey(id);
      if (key == key_ || !IsAdministrator(*held.object, moment.wall_ms)) continue;
      std::string buffer;
      const auto row = ReadState(now, store::Family::kControl, key, buffer);
      const Result<stored::v1::Token> token =
          row.ok() ? ParseToken(row.value().state) : row.error();
      if (!token.ok()) {
        problem = FromCommitter(token.error());
      } else if (IsAdministrator(token.value(), moment.wall_ms)) {
        return std::nullopt;
      }
    }
    if (problem.has_value()) return problem;
    return Problem{
        .code = Code::kLastAdministrator, .field = "id", .parameters = {{"token", name_}}};
  }

  const std::string key_;
  const std::string name_;
  ControlTable& control_;
};

class AcceptClockDecision final : public Decision {
 public:
  using Decision::Decision;

 protected:
  Made Make(const Overlay& /*now*/, const Moment& moment) override {
    return ledger::Change{.kind = EntryKind::kClockAccepted,
                          .identifier = std::string(ledger::kClockKey),
                          .state = ledger::EncodeClockAcceptance(moment.wall_ms)};
  }

  ledger::Hash DigestAt(std::int64_t /*time_ms*/) const override {
    return ledger::RequestDigest(
        {.kind = EntryKind::kClockAccepted, .identifier = ledger::kClockKey});
  }
};

}  // namespace

std::unique_ptr<ledger::Request> DecideAddPrefix(Asked asked, const stored::v1::Prefix& prefix) {
  return std::make_unique<AddPrefixDecision>(std::move(asked), EntryKind::kPrefixPut,
                                             PrefixControlKey(prefix.prefix()),
                                             prefix.SerializeAsString());
}

std::unique_ptr<ledger::Request> DecideAddToken(Asked asked, const stored::v1::Token& token) {
  return std::make_unique<AddTokenDecision>(std::move(asked), TokenControlKey(token.id()), token);
}

std::unique_ptr<ledger::Request> DecideRevokeToken(Asked asked, std::string_view id,
                                                   ControlTable& control) {
  return std::make_unique<RevokeTokenDecision>(std::move(asked), id, control);
}

std::unique_ptr<ledger::Request> DecideAcceptClock(Asked asked) {
  return std::make_unique<AcceptClockDecision>(std::move(asked));
}

}  // namespace idnode::registry
