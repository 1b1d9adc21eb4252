#include "base/reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/writer.h"

namespace idnode {
namespace {

TEST(Reader, ReadsWhatWriterWrote) {
  std::vector<std::uint8_t> octets;
  Writer out(octets);
  out.U8(0x01);
  out.U16(0x0203);
  out.U32(0x04050607);
  out.U64(0x08090A0B0C0D0E0F);
  out.I32(-2);
  out.Block(AsBytes("abc"));
  EXPECT_EQ(octets,
            (std::vector<std::uint8_t>{1,  2,    3,    4,    5,    6, 7, 8, 9, 10,  11,  12, 13, 14,
                                       15, 0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0, 3, 'a', 'b', 'c'}));
  Reader in(octets);
  EXPECT_EQ(in.U8("a"), 0x01);
  EXPECT_EQ(in.U16("b"), 0x0203);
  EXPECT_EQ(in.U32("c"), 0x04050607U);
  EXPECT_EQ(in.U64("d"), 0x08090A0B0C0D0E0FU);
  EXPECT_EQ(in.I32("e"), -2);
  EXPECT_EQ(AsText(in.Block(3, "f")), "abc");
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.remaining(), 0U);
}

TEST(Reader, TheFirstErrorSticks) {
  const std::vector<std::uint8_t> octets = {0, 0, 0, 9, 1, 2, 3};
  Reader in(octets);
  EXPECT_TRUE(in.Block(100, "block").empty());
  EXPECT_EQ(in.U8("later"), 0);
  in.Fail(Errc::kMalformed, "later still");
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.error().code, Errc::kTruncated);
  EXPECT_EQ(in.error().detail, 4U);
  EXPECT_STREQ(in.error().what, "block");
}

TEST(Reader, ALengthAboveTheLimitIsAnErrorOfItsOwn) {
  const std::vector<std::uint8_t> octets = {0xFF, 0xFF, 0xFF, 0xFF};  // as i4: -1
  Reader in(octets);
  EXPECT_TRUE(in.Block(1'048'576, "block").empty());
  EXPECT_EQ(in.error().code, Errc::kTooLarge);
}

TEST(Writer, WritesIntoAStringTheSame) {
  std::string text;
  TextWriter out(text);
  out.U16(0x4142);
  out.Block(AsBytes("xyz"));
  EXPECT_EQ(text, std::string("AB\0\0\0\3xyz", 9));
}

}  // namespace
}  // namespace idnode
