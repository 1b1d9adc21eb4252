#include "handle/resolution.h"

#include "base/reader.h"
#include "base/writer.h"
#include "handle/digest.h"

namespace idnode::handle {

Result<ResolutionRequest> DecodeResolutionRequest(Bytes body) noexcept {
  Reader in(body);
  ResolutionRequest request;
  request.identifier = AsText(in.Block(kMaxArray, "identifier"));
  request.indexes = ReadList<std::int32_t>(in, "indexes");
  request.types = ReadList<std::string_view>(in, "types");
  if (in.remaining() != 0) in.Fail(Errc::kMalformed, "octets after the types");

  if (!in.ok()) return in.error();
  return request;
}

void EncodeResolutionRequest(std::string_view identifier, std::span<const std::int32_t> indexes,
                             std::span<const std::string_view> types,
                             std::vector<std::uint8_t>& out) {
  Writer writer(out);
  writer.Block(AsBytes(identifier));
  writer.U32(static_cast<std::uint32_t>(indexes.size()));
  for (const std::int32_t index : indexes) writer.I32(index);
  writer.U32(static_cast<std::uint32_t>(types.size()));
  for (const std::string_view type : types) writer.Block(AsBytes(type));
}

Result<ResolutionAnswer> DecodeResolutionAnswer(Bytes body, bool has_digest) noexcept {
  Reader in(body);
  ResolutionAnswer answer;
  if (has_digest) answer.request_digest = ReadRequestDigest(in);
  answer.identifier = AsText(in.Block(kMaxArray, "identifier"));
  answer.values = ReadList<Value>(in, "values");
  if (in.remaining() != 0) in.Fail(Errc::kMalformed, "octets after the values");

  if (!in.ok()) return in.error();
  return answer;
}

Result<std::string_view> DecodeErrorMessage(Bytes body, bool has_digest) noexcept {
  Reader in(body);
  if (has_digest) ReadRequestDigest(in);
  std::string_view message;
  if (in.remaining() != 0) message = AsText(in.Block(kMaxArray, "message"));

  if (!in.ok()) return in.error();
  return message;
}

}  // namespace idnode::handle
