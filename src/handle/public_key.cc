#include "handle/public_key.h"

#include <algorithm>
#include <string_view>

#include "base/reader.h"
#include "base/writer.h"
#include "handle/list.h"

namespace idnode::handle {
namespace {

constexpr std::string_view kRsa = "RSA_PUB_KEY";
constexpr std::uint32_t kTrailer = 0;

Bytes WithoutLeadingZeros(Bytes integer) noexcept {
  const auto first = std::find_if(integer.begin(), integer.end(), [](auto o) { return o != 0; });
  return {first, integer.end()};
}

void WriteInteger(Bytes integer, Writer& out) {
  const Bytes bare = WithoutLeadingZeros(integer);
  const bool padded = bare.empty() || (bare.front() & 0x80) != 0;  // 0 itself is one octet, too
  out.U32(static_cast<std::uint32_t>(bare.size() + (padded ? 1 : 0)));
  if (padded) out.U8(0);
  out.Raw(bare);
}

}  // namespace

void EncodeRsaPublicKey(const RsaPublicKey& key, std::vector<std::uint8_t>& out) {
  Writer writer(out);
  writer.Block(AsBytes(kRsa));
  writer.U16(0);
  WriteInteger(key.exponent, writer);
  WriteInteger(key.modulus, writer);
  writer.U32(kTrailer);
}

Result<RsaPublicKey> DecodeRsaPublicKey(Bytes octets) noexcept {
  Reader in(octets);
  if (AsText(in.Block(kMaxArray, "key type")) != kRsa) in.Fail(Errc::kMalformed, "key type");
  in.U16("key flags");
  RsaPublicKey key;
  key.exponent = WithoutLeadingZeros(in.Block(kMaxArray, "public exponent"));
  key.modulus = WithoutLeadingZeros(in.Block(kMaxArray, "modulus"));
  if (in.ok() && in.remaining() != 0 && in.U32("trailer") != kTrailer) {
    in.Fail(Errc::kMalformed, "trailer");
  }
  if (in.remaining() != 0) in.Fail(Errc::kMalformed, "octets after the modulus");

  if (!in.ok()) return in.error();
  return key;
}

}  // namespace idnode::handle
