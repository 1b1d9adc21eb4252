#include "crypto/digest.h"

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

// Counts what OpenSSL allocates on each thread, in this program only.
namespace {
thread_local std::size_t allocations = 0;

void* CountedMalloc(std::size_t size, const char* /*file*/, int /*line*/) {
  ++allocations;
  return std::malloc(size);
}
void* CountedRealloc(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
  ++allocations;
  return std::realloc(memory, size);
}
void PlainFree(void* memory, const char* /*file*/, int /*line*/) { std::free(memory); }

// Works only before OpenSSL's first allocation, so before main().
const int counting = CRYPTO_set_mem_functions(CountedMalloc, CountedRealloc, PlainFree);
}  // namespace

namespace idnode::crypto {
namespace {

template <typename Function>
std::size_t Counted(Function function) {
  const std::size_t before = allocations;
  function();
  return allocations - before;
}

Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string ToHex(Bytes octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t octet : octets) {
    out += kDigits[octet >> 4];
    out += kDigits[octet & 15];
  }
  return out;
}

// FIPS 180-4 examples; RFC 1321, appendix A.5.
TEST(Digest, AgreesWithThePublishedExamples) {
  const Bytes abc = AsBytes("abc");
  EXPECT_EQ(ToHex(Sha256({abc})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha1({abc})), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(ToHex(Md5({abc})), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(Digest, OfNothing) {
  constexpr std::string_view kEmpty =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  EXPECT_EQ(ToHex(Sha256({})), kEmpty);
  EXPECT_EQ(ToHex(Sha256({Bytes()})), kEmpty);
}

TEST(Digest, DependsOnTheOctetsAndNotOnTheParts) {
  const std::string text(1000, 'x');
  const auto whole = Sha256({AsBytes(text)});
  EXPECT_EQ(Sha256({AsBytes(text).first(1), Bytes(), AsBytes(text).subspan(1)}), whole);
  EXPECT_NE(Sha256({AsBytes(text).first(999)}), whole);
}

TEST(Digest, ThreadsDoNotDisturbEachOther) {
  const auto expected = Sha256({AsBytes("abc"), AsBytes("def")});
  std::array<std::jthread, 4> threads;
  for (std::jthread& thread : threads) {
    thread = std::jthread([&] {
      for (int round = 0; round < 1'000; ++round) {
        ASSERT_EQ(Sha256({AsBytes("abc"), AsBytes("def")}), expected);
        (void)Sha1({AsBytes("abc")});
      }
    });
  }
}

TEST(Digest, AllocatesNothing) {
  ASSERT_EQ(counting, 1);
  EXPECT_GT(Counted([] { OPENSSL_free(OPENSSL_malloc(1)); }), 0U) << "so the count counts";
  EXPECT_EQ(Counted([] {
              (void)Sha256({AsBytes("abc")});
              (void)Sha1({AsBytes("abc")});
              (void)Md5({AsBytes("abc")});
            }),
            0U);
}

}  // namespace
}  // namespace idnode::crypto
