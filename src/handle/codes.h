// Numbers of operations and of their outcomes. Both enumerations hold any 32-bit number: what
// arrives is looked at, not assumed. RFC 3652, section 2.2.2; the notes are HANDLE.NET 9's.
#pragma once

#include <cstdint>

#include "handle/version.h"

namespace idnode::handle {

enum class OpCode : std::int32_t {
  kResolution = 1,
  kGetSiteInfo = 2,
  kCreateHandle = 100,
  kDeleteHandle = 101,
  kAddValue = 102,
  kRemoveValue = 103,
  kModifyValue = 104,
  kListHandles = 105,
  kListDerivedPrefixes = 106,  // DO-IRP only
  kChallengeResponse = 200,
  kVerifyChallenge = 201,
  kHomePrefix = 300,
  kUnhomePrefix = 301,
  kListHomedPrefixes = 302,
  kSessionSetup = 400,
  kSessionTerminate = 401,
  kSessionExchangeKey = 402,
  kGetNextTransactionId = 1000,
  kRetrieveTransactions = 1001,
  kDumpHandles = 1002,
  kBackupServer = 1003,
};

// Whether `code` is one of the above.
bool IsKnown(OpCode code) noexcept;

enum class ResponseCode : std::int32_t {
  kNone = 0,  // what makes a message a request
  kSuccess = 1,
  kError = 2,
  kServerTooBusy = 3,
  kProtocolError = 4,
  kOperationNotSupported = 5,
  kRecursionCountTooHigh = 6,
  kServerBackup = 7,
  kHandleNotFound = 100,
  kHandleAlreadyExists = 101,
  kInvalidHandle = 102,
  kValuesNotFound = 200,
  kValueAlreadyExists = 201,
  kInvalidValue = 202,
  kOutOfDateSiteInfo = 300,
  kServerNotResponsible = 301,
  kServiceReferral = 302,
  kPrefixReferral = 303,
  kInvalidAdmin = 400,
  kInsufficientPermissions = 401,
  kAuthenticationNeeded = 402,
  kAuthenticationFailed = 403,
  kInvalidCredential = 404,
  kAuthenticationTimeout = 405,
  kAuthenticationError = 406,
  kSessionTimeout = 500,
  kSessionFailed = 501,
  kInvalidSessionKey = 502,
  kSessionMessageRejected = 505,
};

// `code` as a peer of `version`, a 2.x, knows it: before 2.5, 7 was 303 and 202 was 201.
ResponseCode ForVersion(ResponseCode code, Version version) noexcept;

}  // namespace idnode::handle
