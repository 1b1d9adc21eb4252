// Every write, by whatever door it came in: who wants it, under which request id, and what.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "idnode/stored/v1/control.pb.h"
#include "idnode/v1/common.pb.h"
#include "ledger/request.h"
#include "registry/principal.h"
#include "registry/problem.h"

namespace idnode::registry {

using Values = google::protobuf::RepeatedPtrField<v1::Value>;

// Registers an identifier, also again after a deletion. Scope register; an import: scope admin.
struct RegisterIdentifier {
  std::string identifier;
  Values values;
  bool import = false;  // takes reserved identifiers, no values, values without type, timestamps
};

// Replaces the whole record. Scope register; of a reserved identifier: scope admin, and the values
// may be such as only an import may have.
struct UpdateIdentifier {
  std::string identifier;
  Values values;
  std::optional<std::uint64_t> expected_seq;
};

// Leaves a tombstone. Scope register; of a reserved identifier: scope admin.
struct DeleteIdentifier {
  std::string identifier;
  std::optional<std::uint64_t> expected_seq;
};

// Serves a prefix from now on. Scope admin. `prefix.prefix` need not be folded. The same again does
// nothing and gets the first receipt.
struct AddPrefix {
  stored::v1::Prefix prefix;
};

// Lets the bearer of a secret in. Scope admin. The id follows from the hash; it need not be set.
struct AddToken {
  stored::v1::Token token;
};

// Scope admin. `id`: 8 octets. The last administrator cannot be revoked.
struct RevokeToken {
  std::string id;
};

// Takes the wall clock as right. Scope admin.
struct AcceptClock {};

using Change = std::variant<RegisterIdentifier, UpdateIdentifier, DeleteIdentifier, AddPrefix,
                            AddToken, RevokeToken, AcceptClock>;

struct Command {
  Principal principal = Principal::Node();
  std::string request_id;  // 16 octets; empty: a random one
  ledger::Channel channel = ledger::Channel::kGrpc;
  Change change;
};

// The node's word that a change is in the log and synced.
struct Receipt {
  ledger::Seq seq = 0;
  std::int64_t time_ms = 0;
  ledger::EntryKind kind = ledger::EntryKind::kCreated;
  bool repeated = false;  // by an earlier request with this id
};

using Outcome = std::variant<Receipt, Problem>;

}  // namespace idnode::registry
