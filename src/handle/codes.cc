#include "handle/codes.h"

namespace idnode::handle {

bool IsKnown(OpCode code) noexcept {
  switch (code) {
    case OpCode::kResolution:
    case OpCode::kGetSiteInfo:
    case OpCode::kCreateHandle:
    case OpCode::kDeleteHandle:
    case OpCode::kAddValue:
    case OpCode::kRemoveValue:
    case OpCode::kModifyValue:
    case OpCode::kListHandles:
    case OpCode::kListDerivedPrefixes:
    case OpCode::kChallengeResponse:
    case OpCode::kVerifyChallenge:
    case OpCode::kHomePrefix:
    case OpCode::kUnhomePrefix:
    case OpCode::kListHomedPrefixes:
    case OpCode::kSessionSetup:
    case OpCode::kSessionTerminate:
    case OpCode::kSessionExchangeKey:
    case OpCode::kGetNextTransactionId:
    case OpCode::kRetrieveTransactions:
    case OpCode::kDumpHandles:
    case OpCode::kBackupServer:
      return true;
  }
  return false;
}

ResponseCode ForVersion(ResponseCode code, Version version) noexcept {
  if (AtLeast(version, 5)) return code;
  if (code == ResponseCode::kServerBackup) return ResponseCode::kPrefixReferral;
  if (code == ResponseCode::kInvalidValue) return ResponseCode::kValueAlreadyExists;
  return code;
}

}  // namespace idnode::handle
