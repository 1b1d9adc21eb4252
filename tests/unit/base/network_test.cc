#include "base/network.h"

#include <gtest/gtest.h>

namespace idnode {
namespace {

bool Contains(const char* network, const char* address) {
  return Network::Parse(network).value().Contains(Address::Parse(address).value());
}

TEST(Network, TextIsReadAndWrittenBack) {
  for (const char* text : {"192.0.2.0/24", "192.0.2.7", "0.0.0.0/0", "10.0.0.0/9", "2001:db8::/32",
                           "2001:db8::1", "::/0", "2001:db8:8000::/33"}) {
    const auto network = Network::Parse(text);
    ASSERT_TRUE(network.ok()) << text;
    EXPECT_EQ(network.value().ToText(), text);
  }
  EXPECT_EQ(Network::Parse("::ffff:192.0.2.0/120").value().ToText(), "192.0.2.0/24");
  EXPECT_EQ(Network::Parse("192.0.2.7/32").value().ToText(), "192.0.2.7");
}

TEST(Network, RefusesOtherForms) {
  for (const char* text :
       {"", "/", "/8", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/8 ",
        "192.0.2.0/24/8", "192.0.2.1/24", "2001:db8::/129", "2001:db8::1/64", "2001:db8::/256",
        "example.cn", "192.0.2/24"}) {
    EXPECT_FALSE(Network::Parse(text).ok()) << text;
  }
}

TEST(Network, ContainsWhatBeginsWithItsBits) {
  EXPECT_TRUE(Contains("192.0.2.0/24", "192.0.2.255"));
  EXPECT_FALSE(Contains("192.0.2.0/24", "192.0.3.0"));
  EXPECT_TRUE(Contains("10.0.0.0/9", "10.127.255.255"));
  EXPECT_FALSE(Contains("10.0.0.0/9", "10.128.0.0"));
  EXPECT_TRUE(Contains("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(Contains("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(Contains("0.0.0.0/0", "203.0.113.1"));
  EXPECT_FALSE(Contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(Contains("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(Contains("2001:db8::/32", "2001:db9::"));
  EXPECT_TRUE(Contains("::/0", "203.0.113.1"));
}

}  // namespace
}  // namespace idnode
