#include "base/endpoint.h"

#include <gtest/gtest.h>

#include <string_view>

namespace idnode {
namespace {

struct Row {
  const char* text;
  std::uint16_t port;
  bool ipv4;
  bool loopback;
  bool wildcard;
};

TEST(Endpoint, TextIsReadAndWrittenBack) {
  constexpr Row kRows[] = {
      {"127.0.0.1:2641", 2641, true, true, false},   {"127.9.9.9:1", 1, true, true, false},
      {"0.0.0.0:0", 0, true, false, true},           {"192.0.2.1:65535", 65535, true, false, false},
      {"[::]:2641", 2641, false, false, true},       {"[::1]:50051", 50051, false, true, false},
      {"[2001:db8::1]:80", 80, false, false, false}, {"[fe80::1]:80", 80, false, false, false},
  };
  for (const Row& row : kRows) {
    const auto endpoint = Endpoint::Parse(row.text);
    ASSERT_TRUE(endpoint.ok()) << row.text;
    EXPECT_EQ(endpoint.value().ToText(), row.text);
    EXPECT_EQ(endpoint.value().port, row.port);
    EXPECT_EQ(endpoint.value().address.is_ipv4(), row.ipv4) << row.text;
    EXPECT_EQ(endpoint.value().address.is_loopback(), row.loopback) << row.text;
    EXPECT_EQ(endpoint.value().address.is_wildcard(), row.wildcard) << row.text;
  }
}

TEST(Endpoint, MappedAddressIsTheIpv4One) {
  EXPECT_EQ(Endpoint::Parse("[::ffff:127.0.0.1]:5").value(),
            Endpoint::Parse("127.0.0.1:5").value());
}

TEST(Endpoint, RefusesOtherForms) {
  for (const char* text : {"",
                           "2641",
                           ":2641",
                           "127.0.0.1",
                           "127.0.0.1:",
                           "127.0.0.1:65536",
                           "127.0.0.1:-1",
                           "127.0.0.1:+1",
                           "127.0.0.1: 1",
                           "127.0.0.1:1 ",
                           "127.0.0.1:0x1",
                           "localhost:1",
                           "*:1",
                           "127.1:1",
                           "::1:1",
                           "2001:db8::1:2641",
                           "[::1]",
                           "[::1]1",
                           "[]:1",
                           "[::1:1",
                           "[127.0.0.1]:1",
                           "[fe80::1%eth0]:1",
                           "[[::1]]:1"}) {
    const auto endpoint = Endpoint::Parse(text);
    ASSERT_FALSE(endpoint.ok()) << text;
    EXPECT_EQ(endpoint.error().code, Errc::kMalformed) << text;
  }
}

TEST(Endpoint, KnowsWhatStaysOnThisMachine) {
  for (const char* here : {"127.0.0.1:50051", "127.8.9.10:1", "[::1]:50051", "localhost:50051",
                           "unix:/run/idnode.sock", "[::ffff:127.0.0.1]:1"}) {
    EXPECT_TRUE(IsOnThisMachine(here)) << here;
  }
  for (const char* away :
       {"192.0.2.1:50051", "node.example:50051", "127.0.0.1.example:50051", "[2001:db8::1]:50051",
        "localhost.example:1", "0.0.0.0:1", "128.0.0.1:1", "127.1:50051", ""}) {
    EXPECT_FALSE(IsOnThisMachine(away)) << away;
  }
}

TEST(Endpoint, RefusesAnOctetZero) {
  EXPECT_FALSE(Endpoint::Parse(std::string_view("127.0.0.1\0:1", 12)).ok());
  EXPECT_FALSE(Endpoint::Parse(std::string_view("127.0.0.1:1\0", 12)).ok());
}

TEST(Endpoint, SocketAddressHasNetworkOrder) {
  const sockaddr_in6 address = Endpoint::Parse("192.0.2.1:2641").value().ToSocketAddress();
  EXPECT_EQ(address.sin6_family, AF_INET6);
  EXPECT_EQ(address.sin6_port, htons(2641));
  const in6_addr expected = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1}}};
  EXPECT_TRUE(IN6_ARE_ADDR_EQUAL(&address.sin6_addr, &expected));
}

}  // namespace
}  // namespace idnode
