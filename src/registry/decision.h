// A command on its way through the committer, decided on the commit thread against the state as it
// is then: the token is looked at again, then a subclass says what is to be changed, or why not.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "ledger/request.h"
#include "ledger/rows.h"
#include "registry/registry.h"

namespace idnode::registry {

// What a decision needs besides the change itself.
struct Asked {
  ledger::Request::Origin origin;
  Principal principal;
  Registry::Callback done;
};

// The commit thread.
class Decision : public ledger::Request {
 public:
  explicit Decision(Asked asked)
      : Request(std::move(asked.origin)),
        principal_(std::move(asked.principal)),
        done_(std::move(asked.done)) {}

  Result<ledger::Change> Decide(const ledger::Overlay& now, const ledger::Moment& moment) final;
  void Done(const ledger::Answer& answer) noexcept final;

 protected:
  // A receipt: what is asked for has been done already, by that entry.
  using Made = std::variant<ledger::Change, Problem, Receipt>;

  // What the principal must be allowed, and for which prefix (folded; empty: for all).
  virtual Scope scope() const noexcept { return stored::v1::SCOPE_ADMIN; }
  virtual std::string_view prefix() const noexcept { return {}; }

  virtual Made Make(const ledger::Overlay& now, const ledger::Moment& moment) = 0;

  // The row of a record or control object, a view into `buffer`. Errors: kNotFound; the store's.
  static Result<ledger::StateRow> ReadState(const ledger::Overlay& now, store::Family family,
                                            std::string_view key, std::string& buffer);

  // What the entry `seq` has done, as the receipt of a repeat. Errors: kCorrupt; the store's.
  static Result<Receipt> ReceiptOf(const ledger::Overlay& now, ledger::Seq seq);

 private:
  std::optional<Problem> CheckToken(const ledger::Overlay& now, const ledger::Moment& moment) const;

  const Principal principal_;
  const Registry::Callback done_;
  Outcome refusal_;  // of the last Decide() that made no change
};

}  // namespace idnode::registry
