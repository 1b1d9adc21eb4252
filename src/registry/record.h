// The values of a record on their way in: checked, and put into wire form.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "idnode/v1/common.pb.h"
#include "registry/problem.h"

namespace idnode::registry {

// A limit of ours each, from the configuration.
struct RecordLimits {
  std::size_t values = 256;     // of a record
  std::size_t octets = 60'000;  // of its values in wire form
};
inline constexpr std::size_t kMaxReferences = 64;  // of a value

// Values in wire form: a count of 4 octets, then the values. The timestamps that the node sets are
// left open until it is known when the change is made.
class EncodedValues {
 public:
  // Of a record without values.
  EncodedValues();

  // The octets as of `time_ms`.
  std::string At(std::int64_t time_ms) const;

  bool all_public() const noexcept { return all_public_; }
  std::size_t octets() const noexcept { return octets_.size(); }

 private:
  friend std::variant<EncodedValues, Problem> EncodeValues(
      const google::protobuf::RepeatedPtrField<v1::Value>& values, const RecordLimits& limits,
      bool import);

  std::string octets_;
  std::vector<std::uint32_t> open_;  // offsets of timestamps in `octets_`
  bool all_public_ = true;
};

// Checks the values as a registration gives them and encodes them. An `import` may have none,
// values without a type, and timestamps of its own. Secrets are refused in any case.
std::variant<EncodedValues, Problem> EncodeValues(
    const google::protobuf::RepeatedPtrField<v1::Value>& values, const RecordLimits& limits,
    bool import);

// The reverse, for answers: appends the values of a stored record to `out`. False if they cannot be
// read.
bool DecodeValues(std::string_view wire, google::protobuf::RepeatedPtrField<v1::Value>& out);

}  // namespace idnode::registry
