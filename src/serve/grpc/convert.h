// Between the messages of proto/idnode/v1 and what the rooms below speak of.
#pragma once

#include "audit/difference.h"
#include "idnode/stored/v1/control.pb.h"
#include "idnode/v1/admin.pb.h"
#include "idnode/v1/audit.pb.h"
#include "idnode/v1/common.pb.h"
#include "ledger/entry.h"
#include "registry/command.h"

namespace idnode::serve {

v1::EntryKind ToProto(ledger::EntryKind kind) noexcept;
void ToProto(const registry::Receipt& receipt, v1::Receipt& out);
void ToProto(const ledger::Entry& entry, v1::Entry& out);
void ToProto(const audit::Difference& difference, Language language, v1::Difference& out);

// `seq`: of the object's last entry.
void ToProto(const stored::v1::Prefix& prefix, ledger::Seq seq, v1::Prefix& out);
void ToProto(const stored::v1::Token& token, ledger::Seq seq, v1::Token& out);

// As a caller gives them: nothing is checked, for that is the registry's.
stored::v1::Prefix FromProto(const v1::Prefix& prefix);
stored::v1::Token FromProto(const v1::Token& token, const std::string& secret_sha256);

}  // namespace idnode::serve
