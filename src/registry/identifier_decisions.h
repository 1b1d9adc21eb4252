// What may be done to identifiers, and what it makes of their records.
#pragma once

#include <memory>
#include <string>

#include "registry/decision.h"
#include "registry/record.h"

namespace idnode::registry {

// `identifier` is well-formed. One of a reserved form is registered by an import only; its updates
// and its deletion need the scope admin, like the import.
std::unique_ptr<ledger::Request> DecideRegister(Asked asked, std::string identifier,
                                                EncodedValues values, bool import);
std::unique_ptr<ledger::Request> DecideUpdate(Asked asked, std::string identifier,
                                              EncodedValues values);
std::unique_ptr<ledger::Request> DecideDelete(Asked asked, std::string identifier);

}  // namespace idnode::registry
