#include "handle/value.h"

#include <algorithm>

#include "base/big_endian.h"
#include "base/writer.h"

namespace idnode::handle {
namespace {

template <typename Buffer>
void EncodeFields(const ValueFields& fields, BasicWriter<Buffer>& writer) {
  writer.I32(fields.index);
  writer.U32(fields.timestamp);
  writer.U8(static_cast<std::uint8_t>(fields.ttl_type));
  writer.I32(fields.ttl);
  writer.U8(fields.permissions & permission::kAll);
  writer.Block(AsBytes(fields.type));
  writer.Block(fields.data);
}

}  // namespace

Reference Wire<Reference>::Read(Reader& in) noexcept {
  const std::string_view identifier = AsText(in.Block(kMaxArray, "reference"));
  return {identifier, in.I32("reference index")};
}

Value Wire<Value>::Read(Reader& in) noexcept {
  const std::size_t start = in.offset();
  Value value;
  value.index = in.I32("value index");
  value.timestamp = in.U32("value timestamp");
  value.ttl_type = static_cast<TtlType>(in.U8("value ttl type"));
  value.ttl = in.I32("value ttl");
  value.permissions = in.U8("value permissions") & permission::kAll;
  value.type = AsText(in.Block(kMaxArray, "value type"));
  value.data = in.Block(kMaxArray, "value data");
  value.references = ReadList<Reference>(in, "value references");
  value.octets = in.Since(start);
  return value;
}

Result<ValueList> DecodeValueList(Bytes octets) noexcept {
  Reader in(octets);
  const auto values = ReadList<Value>(in, "values");
  if (in.remaining() != 0) in.Fail(Errc::kMalformed, "octets after the values");
  if (!in.ok()) return in.error();
  return values;
}

ValueList TrustedValueList(Bytes octets) noexcept {
  Reader in(octets);
  const std::uint32_t count = in.U32("values");
  return {count, octets.subspan(in.offset())};
}

template <typename Buffer>
void EncodeValue(const ValueFields& fields, std::span<const Reference> references, Buffer& out) {
  BasicWriter<Buffer> writer(out);
  EncodeFields(fields, writer);
  writer.U32(static_cast<std::uint32_t>(references.size()));
  for (const auto& [identifier, index] : references) {
    writer.Block(AsBytes(identifier));
    writer.I32(index);
  }
}

template <typename Buffer>
void EncodeValue(const Value& value, Buffer& out) {
  BasicWriter<Buffer> writer(out);
  EncodeFields(value, writer);
  writer.U32(static_cast<std::uint32_t>(value.references.size()));
  writer.Raw(value.references.octets());
}

template void EncodeValue(const ValueFields&, std::span<const Reference>, std::string&);
template void EncodeValue(const ValueFields&, std::span<const Reference>,
                          std::vector<std::uint8_t>&);
template void EncodeValue(const Value&, std::string&);
template void EncodeValue(const Value&, std::vector<std::uint8_t>&);

}  // namespace idnode::handle
