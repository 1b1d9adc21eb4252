#include "ledger/compact_range.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <random>

#include "naive_tree.h"
#include "octets.h"

namespace idnode::ledger {
namespace {

// The reference tree of the Certificate Transparency project (github.com/google/
// certificate-transparency, cpp/merkletree/merkle_tree_test.cc), which other implementations of RFC
// 6962 and RFC 9162 test with as well: eight leaves, and the root after each.
struct Vector {
  const char* leaf;
  const char* root;
};
constexpr std::array<Vector, 8> kVectors = {{
    {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {"606162636465666768696a6b6c6d6e6f",
     "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
}};
constexpr const char* kEmptyRoot =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(CompactRange, HasTheRootsOfThePublishedTree) {
  CompactRange range;
  EXPECT_EQ(ToHex(range.Root()), kEmptyRoot);
  for (const Vector& vector : kVectors) {
    range.Append(LeafHash(Octets(vector.leaf)));
    EXPECT_EQ(ToHex(range.Root()), vector.root) << range.size();
  }
}

TEST(CompactRange, TheNaiveTreeThatTestsCompareWithHasThemToo) {
  std::vector<std::string> leaves;
  EXPECT_EQ(ToHex(NaiveRoot(leaves)), kEmptyRoot);
  for (const Vector& vector : kVectors) {
    leaves.push_back(Octets(vector.leaf));
    EXPECT_EQ(ToHex(NaiveRoot(leaves)), vector.root);
  }
}

std::vector<std::string> RandomLeaves(std::minstd_rand& random, std::size_t count) {
  std::vector<std::string> leaves(count);
  for (std::string& leaf : leaves) {
    leaf.resize(random() % 40);
    for (char& octet : leaf) octet = static_cast<char>(random());
  }
  return leaves;
}

TEST(CompactRange, HasTheNaiveRootAtEverySizeAndItsHashesAreThoseOfFullSubtrees) {
  std::minstd_rand random(20'261'118);
  const std::vector<std::string> leaves = RandomLeaves(random, 300);
  const std::span<const std::string> all(leaves);
  CompactRange range;
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    ASSERT_EQ(range.size(), size);
    ASSERT_EQ(range.Root(), NaiveRoot(all.first(size))) << size;
    ASSERT_EQ(range.hashes().size(), static_cast<std::size_t>(std::popcount(size)));
    std::size_t begin = 0;
    for (const Hash& hash : range.hashes()) {
      const std::size_t width = std::bit_floor(size - begin);
      ASSERT_EQ(hash, NaiveRoot(all.subspan(begin, width))) << size << " from " << begin;
      begin += width;
    }
    if (size < leaves.size()) range.Append(LeafHash(leaves[size]));
  }
}

TEST(CompactRange, HasTheNaiveRootOfRandomTreesAlsoWhenItGoesOnFromWhatWasStored) {
  std::minstd_rand random(7);
  for (int round = 0; round < 20; ++round) {
    const std::vector<std::string> leaves = RandomLeaves(random, random() % 3'000);
    CompactRange range;
    for (const std::string& leaf : leaves) {
      if (random() % 100 == 0) range = CompactRange::Of(range.size(), range.hashes()).value();
      range.Append(LeafHash(leaf));
    }
    ASSERT_EQ(range.Root(), NaiveRoot(leaves)) << leaves.size();
  }
}

TEST(CompactRange, TakesAHashForEveryBitOfItsSizeAndNoOtherNumber) {
  for (const std::uint64_t size : {0ULL, 1ULL, 5ULL, 1ULL << 63, ~0ULL}) {
    const auto bits = static_cast<std::size_t>(std::popcount(size));
    EXPECT_TRUE(CompactRange::Of(size, std::vector<Hash>(bits)).ok()) << size;
    const auto more = CompactRange::Of(size, std::vector<Hash>(bits + 1));
    ASSERT_FALSE(more.ok()) << size;
    EXPECT_EQ(more.error().code, Errc::kMalformed);
    if (bits == 0) continue;
    EXPECT_FALSE(CompactRange::Of(size, std::vector<Hash>(bits - 1)).ok()) << size;
  }
}

TEST(CompactRange, ASecondPreimageByTakingANodeForALeafDoesNotWork) {
  CompactRange two;
  two.Append(LeafHash("a"));
  two.Append(LeafHash("b"));
  const Hash left = LeafHash("a");
  const Hash right = LeafHash("b");
  CompactRange one;
  one.Append(LeafHash(std::string(AsText(left)) + std::string(AsText(right))));
  EXPECT_NE(one.Root(), two.Root());
  EXPECT_EQ(NodeHash(left, right), two.Root());
}

}  // namespace
}  // namespace idnode::ledger
