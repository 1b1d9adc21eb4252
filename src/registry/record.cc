#include "registry/record.h"

#include <limits>
#include <optional>
#include <unordered_set>

#include "base/writer.h"
#include "handle/fold.h"
#include "handle/types.h"
#include "handle/value.h"
#include "registry/grammar.h"

namespace idnode::registry {
namespace {

constexpr std::uint32_t kMaxSigned = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t kCountSize = 4;        // octets
constexpr std::size_t kTimestampOffset = 4;  // in a value: behind its index

constexpr Words kTooManyReferences{"there are too many", "引用过多"};
constexpr Words kReferenceTooLong{"its identifier is too long", "标识过长"};
constexpr Words kReferenceIndex{"its index is too large", "索引过大"};

std::optional<Problem> CheckReferences(const v1::Value& value, const std::string& field) {
  const auto refuse = [&](const Words& reason) {
    return Problem{.code = Code::kValueReferenceInvalid,
                   .field = field + ".references",
                   .parameters = {ReasonParameter(reason)}};
  };
  if (static_cast<std::size_t>(value.references_size()) > kMaxReferences) {
    return refuse(kTooManyReferences);
  }
  for (const v1::Reference& reference : value.references()) {
    if (reference.identifier().size() > kMaxIdentifierOctets) return refuse(kReferenceTooLong);
    if (reference.index() > kMaxSigned) return refuse(kReferenceIndex);
  }
  return std::nullopt;
}

std::optional<Problem> CheckValue(const v1::Value& value, const std::string& field, bool import) {
  if (value.index() == 0 || value.index() > kMaxSigned) {
    return Problem{.code = Code::kValueIndexInvalid,
                   .field = field + ".index",
                   .parameters = {{"index", std::to_string(value.index())}}};
  }
  if (value.type().empty() && !import) {
    return Problem{.code = Code::kValueTypeMissing, .field = field + ".type"};
  }
  if (auto problem = CheckType(value.type(), field + ".type")) return problem;
  if (handle::IsSecretType(value.type())) {
    return Problem{.code = Code::kValueSecretRefused,
                   .field = field + ".type",
                   .parameters = {{"type", Quoted(value.type())}}};
  }
  if (value.has_permissions() && value.permissions() > handle::permission::kAll) {
    return Problem{.code = Code::kValuePermissionsInvalid,
                   .field = field + ".permissions",
                   .parameters = {{"permissions", std::to_string(value.permissions())}}};
  }
  if (value.has_ttl_s() && value.ttl_s() > kMaxSigned) {
    return Problem{.code = Code::kValueTtlInvalid,
                   .field = field + ".ttl_s",
                   .parameters = {{"ttl", std::to_string(value.ttl_s())}}};
  }
  if (value.has_expires_s() && value.expires_s() > kMaxSigned) {
    return Problem{.code = Code::kValueTtlInvalid,
                   .field = field + ".expires_s",
                   .parameters = {{"ttl", std::to_string(value.expires_s())}}};
  }
  if (value.has_timestamp_s() && !import) {
    return Problem{.code = Code::kValueTimestampRefused, .field = field + ".timestamp_s"};
  }
  return CheckReferences(value, field);
}

handle::ValueFields FieldsOf(const v1::Value& value) {
  handle::ValueFields fields;
  fields.index = static_cast<std::int32_t>(value.index());
  fields.timestamp = value.timestamp_s();
  if (value.has_ttl_s()) fields.ttl = static_cast<std::int32_t>(value.ttl_s());
  if (value.has_expires_s()) {
    fields.ttl_type = handle::TtlType::kAbsolute;
    fields.ttl = static_cast<std::int32_t>(value.expires_s());
  }
  if (value.has_permissions()) {
    fields.permissions = static_cast<std::uint8_t>(value.permissions());
  }
  fields.type = value.type();
  fields.data = AsBytes(value.data());
  return fields;
}

std::vector<handle::Reference> ReferencesOf(const v1::Value& value) {
  std::vector<handle::Reference> references;
  for (const v1::Reference& reference : value.references()) {
    references.push_back({.identifier = reference.identifier(),
                          .index = static_cast<std::int32_t>(reference.index())});
  }
  return references;
}

}  // namespace

EncodedValues::EncodedValues() { TextWriter(octets_).U32(0); }

std::string EncodedValues::At(std::int64_t time_ms) const {
  std::string out = octets_;
  std::string timestamp;
  TextWriter(timestamp).U32(static_cast<std::uint32_t>(time_ms / 1'000));
  for (const std::uint32_t offset : open_) out.replace(offset, timestamp.size(), timestamp);
  return out;
}

std::variant<EncodedValues, Problem> EncodeValues(
    const google::protobuf::RepeatedPtrField<v1::Value>& values, const RecordLimits& limits,
    bool import) {
  const auto count = static_cast<std::size_t>(values.size());
  if (count == 0 && !import) return Problem{.code = Code::kValuesMissing, .field = "values"};
  if (count > limits.values) {
    return Problem{
        .code = Code::kValuesTooMany,
        .field = "values",
        .parameters = {{"count", std::to_string(count)}, {"limit", std::to_string(limits.values)}}};
  }
  EncodedValues out;
  out.octets_.clear();
  TextWriter(out.octets_).U32(static_cast<std::uint32_t>(count));
  std::unordered_set<std::uint32_t> indexes;
  for (int i = 0; i < values.size(); ++i) {
    const v1::Value& value = values[i];
    const std::string field = "values[" + std::to_string(i) + "]";
    if (auto problem = CheckValue(value, field, import)) return *std::move(problem);
    if (!indexes.insert(value.index()).second) {
      return Problem{.code = Code::kValueIndexDuplicate,
                     .field = field + ".index",
                     .parameters = {{"index", std::to_string(value.index())}}};
    }
    const handle::ValueFields fields = FieldsOf(value);
    if (!value.has_timestamp_s()) {
      out.open_.push_back(static_cast<std::uint32_t>(out.octets_.size() + kTimestampOffset));
    }
    out.all_public_ = out.all_public_ && fields.Allows(handle::permission::kPublicRead);
    handle::EncodeValue(fields, ReferencesOf(value), out.octets_);
  }
  if (out.octets_.size() - kCountSize > limits.octets) {
    return Problem{.code = Code::kRecordTooLarge,
                   .field = "values",
                   .parameters = {{"size", std::to_string(out.octets_.size() - kCountSize)},
                                  {"limit", std::to_string(limits.octets)}}};
  }
  return out;
}

bool DecodeValues(std::string_view wire, google::protobuf::RepeatedPtrField<v1::Value>& out) {
  const Result<handle::ValueList> values = handle::DecodeValueList(AsBytes(wire));
  if (!values.ok()) return false;
  for (const handle::Value& value : values.value()) {
    v1::Value& one = *out.Add();
    one.set_index(static_cast<std::uint32_t>(value.index));
    one.set_type(std::string(value.type));
    one.set_data(std::string(AsText(value.data)));
    if (value.ttl_type == handle::TtlType::kAbsolute) {
      one.set_expires_s(static_cast<std::uint32_t>(value.ttl));
    } else {
      one.set_ttl_s(static_cast<std::uint32_t>(value.ttl));
    }
    one.set_permissions(value.permissions);
    one.set_timestamp_s(value.timestamp);
    for (const handle::Reference& reference : value.references) {
      v1::Reference& to = *one.add_references();
      to.set_identifier(std::string(reference.identifier));
      to.set_index(static_cast<std::uint32_t>(reference.index));
    }
  }
  return true;
}

}  // namespace idnode::registry
