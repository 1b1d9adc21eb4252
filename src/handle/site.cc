#include "handle/site.h"

#include <algorithm>

#include "base/reader.h"
#include "base/writer.h"
#include "handle/list.h"

namespace idnode::handle {
namespace {

constexpr std::uint8_t kPrimary = 0x80;
constexpr std::uint8_t kMultiPrimary = 0x40;

std::string ReadText(Reader& in, const char* field) {
  return std::string(AsText(in.Block(kMaxArray, field)));
}

// Reads a count, then with `read_item` one item after the other; a forged count ends with the
// octets.
template <typename ReadItem>
void ReadItems(Reader& in, const char* field, ReadItem read_item) {
  const std::uint32_t count = in.U32(field);
  if (count > kMaxArray) in.Fail(Errc::kTooLarge, field);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) read_item();
}

SiteInterface ReadInterface(Reader& in) {
  SiteInterface out;
  out.use = static_cast<SiteInterface::Use>(in.U8("interface type"));
  out.protocol = static_cast<SiteInterface::Protocol>(in.U8("interface protocol"));
  out.port = in.I32("interface port");
  return out;
}

SiteServer ReadServer(Reader& in) {
  SiteServer out;
  out.id = in.I32("server id");
  const Bytes address = in.Raw(out.address.size(), "server address");
  std::copy(address.begin(), address.end(), out.address.begin());
  const Bytes key = in.Block(kMaxArray, "public key");
  out.public_key.assign(key.begin(), key.end());
  ReadItems(in, "interfaces", [&] { out.interfaces.push_back(ReadInterface(in)); });
  return out;
}

}  // namespace

SiteAddress ToSiteAddress(const std::array<std::uint8_t, 16>& ipv6) noexcept {
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  SiteAddress out = ipv6;
  if (std::equal(kMapped.begin(), kMapped.end(), out.begin())) out[10] = out[11] = 0;
  return out;
}

Result<Site> DecodeSite(Bytes octets) {
  Reader in(octets);
  Site site;
  site.format_version = in.U16("site format version");
  site.protocol_version = {in.U8("protocol major version"), in.U8("protocol minor version")};
  site.serial = in.U16("site serial");
  const std::uint8_t mask = in.U8("primary mask");
  site.primary = (mask & kPrimary) != 0;
  site.multi_primary = (mask & kMultiPrimary) != 0;
  site.hash_option = static_cast<Site::HashOption>(in.U8("hash option"));
  site.hash_filter = ReadText(in, "hash filter");
  ReadItems(in, "attributes", [&] {
    std::string name = ReadText(in, "attribute name");
    site.attributes.push_back({std::move(name), ReadText(in, "attribute value")});
  });
  ReadItems(in, "servers", [&] { site.servers.push_back(ReadServer(in)); });
  if (in.remaining() != 0) in.Fail(Errc::kMalformed, "octets after the servers");

  if (!in.ok()) return in.error();
  return site;
}

void EncodeSite(const Site& site, std::vector<std::uint8_t>& out) {
  Writer writer(out);
  writer.U16(site.format_version);
  writer.U8(site.protocol_version.major);
  writer.U8(site.protocol_version.minor);
  writer.U16(site.serial);
  writer.U8(static_cast<std::uint8_t>((site.primary ? kPrimary : 0) |
                                      (site.multi_primary ? kMultiPrimary : 0)));
  writer.U8(static_cast<std::uint8_t>(site.hash_option));
  writer.Block(AsBytes(site.hash_filter));
  writer.U32(static_cast<std::uint32_t>(site.attributes.size()));
  for (const auto& [name, value] : site.attributes) {
    writer.Block(AsBytes(name));
    writer.Block(AsBytes(value));
  }
  writer.U32(static_cast<std::uint32_t>(site.servers.size()));
  for (const SiteServer& server : site.servers) {
    writer.I32(server.id);
    writer.Raw(server.address);
    writer.Block(server.public_key);
    writer.U32(static_cast<std::uint32_t>(server.interfaces.size()));
    for (const SiteInterface& interface : server.interfaces) {
      writer.U8(static_cast<std::uint8_t>(interface.use));
      writer.U8(static_cast<std::uint8_t>(interface.protocol));
      writer.I32(interface.port);
    }
  }
}

}  // namespace idnode::handle
