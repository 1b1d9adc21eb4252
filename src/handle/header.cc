#include "handle/header.h"

#include "base/big_endian.h"
#include "handle/envelope.h"

namespace idnode::handle {

Header ReadHeader(Reader& in) noexcept {
  Header header;
  header.op_code = static_cast<OpCode>(in.I32("op code"));
  header.response_code = static_cast<ResponseCode>(in.I32("response code"));
  header.flags = in.U32("flags");
  header.site_serial = in.U16("site serial");
  header.recursion_count = in.U8("recursion count");
  in.U8("reserved");
  header.expiration = in.U32("expiration");
  header.body_length = in.U32("body length");
  if (header.body_length > kMaxMessageLength) in.Fail(Errc::kTooLarge, "body length");
  return header;
}

std::array<std::uint8_t, kHeaderSize> EncodeHeader(const Header& header) noexcept {
  std::array<std::uint8_t, kHeaderSize> out{};
  StoreBigEndian(static_cast<std::uint32_t>(header.op_code), out.data());
  StoreBigEndian(static_cast<std::uint32_t>(header.response_code), &out[4]);
  StoreBigEndian(header.flags, &out[8]);
  StoreBigEndian(header.site_serial, &out[12]);
  out[14] = header.recursion_count;
  StoreBigEndian(header.expiration, &out[16]);
  StoreBigEndian(header.body_length, &out[20]);
  return out;
}

}  // namespace idnode::handle
