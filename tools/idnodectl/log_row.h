// A row of the log: the octets of an entry, and what they say.
#pragma once

#include "idnode/v1/audit.pb.h"

#include "output.h"

namespace idnode::ctl {

// For people: what the leaf says, the octets of leaf and payload, what the payload says. Octets
// that cannot be read are shown alone.
std::string LogRowText(const v1::ReadLogResponse::Row& row, Language language);

// The octets in hexadecimal, and beside them the fields that `history` has. Of a control object
// "identifier" is its name ("token 0123456789abcdef") and "object" what the entry made of it.
Json LogRowJson(const v1::ReadLogResponse::Row& row);

// "Entry 17  2026-03-01 ...  updated  by grpc, token 0123456789abcdef"
std::string EntryLine(const v1::Entry& entry, Language language);

}  // namespace idnode::ctl
