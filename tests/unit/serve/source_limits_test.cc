#include "serve/handle/source_limits.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace idnode::serve {
namespace {

constexpr SourceLimits::Key kKey = {1, 2, 3};
constexpr std::int64_t kNow = 1'000'000;  // ms

Address At(const std::string& text) { return Address::Parse(text).value(); }

// How many answers of `octets` a source gets at `now_ms`.
int Granted(SourceLimits& limits, const Address& peer, std::size_t octets, std::int64_t now_ms) {
  int granted = 0;
  while (granted < 1'000'000 && limits.Take(peer, octets, now_ms)) ++granted;
  return granted;
}

SourceLimits::Options SmallLimits() {
  return {.answers = 100, .octets = 10'000, .burst = std::chrono::seconds(5)};
}

TEST(SourceLimits, ABurstThenTheRate) {
  SourceLimits limits(SmallLimits(), kKey);
  const Address peer = At("192.0.2.1");
  EXPECT_EQ(Granted(limits, peer, 10, kNow), 500);
  EXPECT_EQ(Granted(limits, peer, 10, kNow), 0);
  EXPECT_EQ(Granted(limits, peer, 10, kNow + 1'000), 100);
  EXPECT_EQ(Granted(limits, peer, 10, kNow + 1'010), 1);
  EXPECT_EQ(Granted(limits, peer, 10, kNow + 3'600'000), 500) << "no more is saved up";
}

TEST(SourceLimits, LongAnswersCountByTheirOctets) {
  SourceLimits limits(SmallLimits(), kKey);
  const Address peer = At("192.0.2.1");
  EXPECT_EQ(Granted(limits, peer, 8'000, kNow), 6) << "50,000 octets";
  EXPECT_EQ(Granted(limits, peer, 8'000, kNow + 800), 1);
}

TEST(SourceLimits, EverySourceHasItsOwn) {
  SourceLimits limits(SmallLimits(), kKey);
  EXPECT_EQ(Granted(limits, At("192.0.2.1"), 10, kNow), 500);
  EXPECT_EQ(Granted(limits, At("192.0.2.2"), 10, kNow), 500);
  EXPECT_EQ(Granted(limits, At("2001:db8:0:1::1"), 10, kNow), 500);
  EXPECT_EQ(Granted(limits, At("2001:db8:0:ff::2"), 10, kNow), 0) << "the same 56 bits";
  EXPECT_EQ(Granted(limits, At("2001:db8:0:100::1"), 10, kNow), 500);
}

TEST(SourceLimits, LoopbackAndTrustedNetworksHaveNone) {
  auto options = SmallLimits();
  options.trusted = {Network::Parse("192.0.2.0/24").value()};
  SourceLimits limits(options, kKey);
  EXPECT_EQ(Granted(limits, At("127.0.0.1"), 10, kNow), 1'000'000);
  EXPECT_EQ(Granted(limits, At("::1"), 10, kNow), 1'000'000);
  EXPECT_EQ(Granted(limits, At("192.0.2.200"), 10, kNow), 1'000'000);
  EXPECT_EQ(Granted(limits, At("192.0.3.1"), 10, kNow), 500);
}

TEST(SourceLimits, AProofHoldsWhileItIsUsed) {
  auto options = SmallLimits();
  options.proof = std::chrono::seconds(60);
  SourceLimits limits(options, kKey);
  const Address peer = At("192.0.2.1");
  EXPECT_EQ(Granted(limits, peer, 10, kNow), 500);
  limits.Prove(peer, kNow);
  EXPECT_EQ(Granted(limits, peer, 10, kNow), 1'000'000);
  EXPECT_EQ(Granted(limits, At("192.0.2.2"), 10, kNow), 500) << "is another's proof";
  EXPECT_TRUE(limits.Take(peer, 10, kNow + 50'000)) << "which makes it last";
  EXPECT_EQ(Granted(limits, peer, 10, kNow + 100'000), 1'000'000);
  EXPECT_EQ(Granted(limits, peer, 10, kNow + 161'000), 500) << "60 s after its last use";
}

TEST(SourceLimits, InventedSourcesPushNobodyOut) {
  SourceLimits limits(SmallLimits(), kKey);
  const Address peer = At("192.0.2.1");
  EXPECT_EQ(Granted(limits, peer, 10, kNow), 500);
  for (int i = 0; i < 500'000; ++i) {
    const std::string invented = "10." + std::to_string(i >> 16) + "." +
                                 std::to_string(i >> 8 & 255) + "." + std::to_string(i & 255);
    (void)limits.Take(At(invented), 10, kNow);
  }
  EXPECT_EQ(Granted(limits, peer, 10, kNow), 0);
}

TEST(SourceLimits, ThreadsShareOneAllowance) {
  SourceLimits limits(SmallLimits(), kKey);
  std::atomic<int> granted{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { granted += Granted(limits, At("192.0.2.1"), 10, kNow); });
  }
  threads.clear();
  EXPECT_EQ(granted, 500);
}

}  // namespace
}  // namespace idnode::serve
