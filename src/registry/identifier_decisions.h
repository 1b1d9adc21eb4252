// What may be done to identifiers, and what it makes of their records.
#pragma once

#include <memory>
#include <string>

#include "registry/decision.h"
#include "registry/record.h"

namespace idnode::registry {

// `identifier` is well-formed, and not reserved unless it is an import.
std::unique_ptr<ledger::Request> DecideRegister(Asked asked, std::string identifier,
                                                EncodedValues values, bool import);
std::unique_ptr<ledger::Request> DecideUpdate(Asked asked, std::string identifier,
                                              EncodedValues values);
std::unique_ptr<ledger::Request> DecideDelete(Asked asked, std::string identifier);

}  // namespace idnode::registry
