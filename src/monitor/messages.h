// The numbers in the messages of proto/idnode/v1.
#pragma once

#include "idnode/v1/common.pb.h"
#include "ledger/entry.h"

namespace idnode::monitor {

inline void SetCounts(const ledger::Totals& totals, v1::Counts& out) {
  out.set_created(totals.created);
  out.set_recreated(totals.recreated);
  out.set_updated(totals.updated);
  out.set_deleted(totals.deleted);
  out.set_active(totals.active());
}

inline v1::Channel ToMessage(ledger::Channel channel) noexcept {
  return static_cast<v1::Channel>(channel);
}
static_assert(static_cast<int>(ledger::Channel::kGrpc) == v1::CHANNEL_GRPC);
static_assert(static_cast<int>(ledger::Channel::kStream) == v1::CHANNEL_STREAM);
static_assert(static_cast<int>(ledger::Channel::kImport) == v1::CHANNEL_IMPORT);
static_assert(static_cast<int>(ledger::Channel::kHandle) == v1::CHANNEL_HANDLE);
static_assert(static_cast<int>(ledger::Channel::kHttp) == v1::CHANNEL_HTTP);
static_assert(ledger::kChannels == 5, "a channel that is not listed here");

}  // namespace idnode::monitor
