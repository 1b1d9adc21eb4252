// Bodies of resolution requests and of their answers (RFC 3652, section 3.2).
//
//   request: string identifier, list of indexes, list of types
//   answer:  string identifier as it was asked, list of values
//   error:   string message, empty if there is nothing to say
//
// In an answer the digest of the request stands in front if the header says so; see digest.h. The
// list of values is, octet for octet, what is stored as a record.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "handle/list.h"
#include "handle/value.h"

namespace idnode::handle {

// Both lists empty: all values. Otherwise those that either list names.
struct ResolutionRequest {
  std::string_view identifier;  // any octets
  List<std::int32_t> indexes;
  List<std::string_view> types;
};

// Errors: kTruncated; kTooLarge, a length above kMaxArray; kMalformed, octets left over.
Result<ResolutionRequest> DecodeResolutionRequest(Bytes body) noexcept;

void EncodeResolutionRequest(std::string_view identifier, std::span<const std::int32_t> indexes,
                             std::span<const std::string_view> types,
                             std::vector<std::uint8_t>& out);

struct ResolutionAnswer {
  Bytes request_digest;  // empty: none
  std::string_view identifier;
  ValueList values;
};

// Reads the body of a successful answer, as clients do; `has_digest` is flag RD of its header.
// Errors as above.
Result<ResolutionAnswer> DecodeResolutionAnswer(Bytes body, bool has_digest) noexcept;

// Reads the message in the body of an error. What follows it is left alone: DO-IRP appends indexes.
// A body without any octets has an empty message. Errors: kTruncated, kTooLarge.
Result<std::string_view> DecodeErrorMessage(Bytes body, bool has_digest) noexcept;

}  // namespace idnode::handle
