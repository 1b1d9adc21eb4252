// Handle values: one typed item of a record, and the list that makes the record (RFC 3651, section
// 3; the octets are those of HANDLE.NET 9).
//
//   size   field        notes
//   4      index        signed; above 0 in a record that we wrote
//   4      timestamp    seconds since 1970, of the last change; set by the server
//   1      ttl type     0 relative, 1 absolute
//   4      ttl          signed; seconds, or seconds since 1970
//   1      permissions  the low four bits; the others are ignored, and written as zero
//   4 + n  type         UTF-8
//   4 + n  data
//   4 ...  references   a count, then each 4 + n octets of identifier and 4 of index
//
// Nothing says how long a value is as a whole: whoever wants the second must read the first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "handle/list.h"

namespace idnode::handle {

enum class TtlType : std::uint8_t { kRelative = 0, kAbsolute = 1 };  // others occur

inline constexpr std::size_t kMinValueSize = 26;  // octets
inline constexpr std::int32_t kDefaultTtl = 86'400;

namespace permission {
inline constexpr std::uint8_t kAdminRead = 0x8;
inline constexpr std::uint8_t kAdminWrite = 0x4;
inline constexpr std::uint8_t kPublicRead = 0x2;
inline constexpr std::uint8_t kPublicWrite = 0x1;
inline constexpr std::uint8_t kDefault = kAdminRead | kAdminWrite | kPublicRead;
inline constexpr std::uint8_t kAll = 0xF;
}  // namespace permission

// Another value that a value points to.
struct Reference {
  std::string_view identifier;
  std::int32_t index = 0;

  friend bool operator==(const Reference&, const Reference&) = default;
};

template <>
struct Wire<Reference> {
  static Reference Read(Reader& in) noexcept;
};

struct ValueFields {
  std::int32_t index = 0;
  std::uint32_t timestamp = 0;
  TtlType ttl_type = TtlType::kRelative;
  std::int32_t ttl = kDefaultTtl;
  std::uint8_t permissions = permission::kDefault;  // the low four bits
  std::string_view type;
  Bytes data;

  bool Allows(std::uint8_t what) const noexcept { return (permissions & what) == what; }
};

// A value as it lies in a message or a stored record. A view: it lives as long as those octets.
struct Value : ValueFields {
  List<Reference> references;
  Bytes octets;  // all of the above, encoded
};

template <>
struct Wire<Value> {
  static Value Read(Reader& in) noexcept;
};

using ValueList = List<Value>;

// The field of a message and the whole of a stored record: a count of four octets, then the values.
// Errors: kTruncated; kTooLarge, a length or a count above kMaxArray; kMalformed, octets after the
// last value.
Result<ValueList> DecodeValueList(Bytes octets) noexcept;

// The same for octets that were checked when they were stored: reads the count and trusts the
// rest. If that trust is misplaced, iterating ends early but stays within `octets`.
ValueList TrustedValueList(Bytes octets) noexcept;

// Appends a value; `Buffer` is std::vector<std::uint8_t> or std::string.
template <typename Buffer>
void EncodeValue(const ValueFields& fields, std::span<const Reference> references, Buffer& out);

// The same for a value that was decoded, with the references it had.
template <typename Buffer>
void EncodeValue(const Value& value, Buffer& out);

}  // namespace idnode::handle
