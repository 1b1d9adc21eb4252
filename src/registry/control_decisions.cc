#include "registry/control_decisions.h"

#include <utility>

#include "ledger/project.h"

namespace idnode::registry {
namespace {

using ledger::EntryKind;
using ledger::Moment;
using ledger::Overlay;
using ledger::Seq;

// Adds an object whose octets are known beforehand.
class AddDecision : public Decision {
 public:
  AddDecision(Asked asked, EntryKind kind, std::string key, std::string object)
      : Decision(std::move(asked)), kind_(kind), key_(std::move(key)), object_(std::move(object)) {}

 protected:
  const std::string& key() const noexcept { return key_; }

  // The problem if the object is there already.
  virtual Problem Exists(Seq seq) const = 0;

  Made Make(const Overlay& now, const Moment& /*moment*/) final {
    std::string buffer;
    const auto row = ReadState(now, store::Family::kControl, key_, buffer);
    if (row.ok()) return Exists(row.value().seq);
    if (row.error().code != Errc::kNotFound) return FromCommitter(row.error());
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
  Problem Exists(Seq seq) const override {
    return {.code = Code::kPrefixExists,
            .field = "prefix.prefix",
            .parameters = {{"prefix", key().substr(1)}, {"seq", std::to_string(seq)}}};
  }
};

class AddTokenDecision final : public AddDecision {
 public:
  using AddDecision::AddDecision;

 protected:
  Problem Exists(Seq /*seq*/) const override {
    return {.code = Code::kTokenExists,
            .field = "secret_sha256",
            .parameters = {{"token", TokenName(key().substr(1))}}};
  }
};

class RevokeTokenDecision final : public Decision {
 public:
  RevokeTokenDecision(Asked asked, std::string_view id)
      : Decision(std::move(asked)), key_(TokenControlKey(id)), name_(TokenName(id)) {}

 protected:
  Made Make(const Overlay& now, const Moment& /*moment*/) override {
    std::string buffer;
    const auto row = ReadState(now, store::Family::kControl, key_, buffer);
    if (!row.ok()) {
      if (row.error().code != Errc::kNotFound) return FromCommitter(row.error());
      return Problem{.code = Code::kTokenNotFound, .field = "id", .parameters = {{"token", name_}}};
    }
    Result<stored::v1::Token> token = ParseToken(row.value().state);
    if (!token.ok()) return FromCommitter(token.error());
    stored::v1::Token revoked = std::move(token).value();
    revoked.set_revoked(true);
    return ledger::Change{
        .kind = EntryKind::kTokenRevoked, .identifier = key_, .state = revoked.SerializeAsString()};
  }

  ledger::Hash DigestAt(std::int64_t /*time_ms*/) const override {
    return ledger::RequestDigest({.kind = EntryKind::kTokenRevoked, .identifier = key_});
  }

 private:
  const std::string key_;
  const std::string name_;
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
  return std::make_unique<AddTokenDecision>(std::move(asked), EntryKind::kTokenPut,
                                            TokenControlKey(token.id()), token.SerializeAsString());
}

std::unique_ptr<ledger::Request> DecideRevokeToken(Asked asked, std::string_view id) {
  return std::make_unique<RevokeTokenDecision>(std::move(asked), id);
}

std::unique_ptr<ledger::Request> DecideAcceptClock(Asked asked) {
  return std::make_unique<AcceptClockDecision>(std::move(asked));
}

}  // namespace idnode::registry
