#include "store/mark_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <string>

#include "other_user.h"
#include "temporary_directory.h"

namespace idnode::store {
namespace {

class MarkFileTest : public testing::Test {
 protected:
  void TearDown() override { ::chmod(directory_.path().c_str(), 0755); }  // or it stays for ever

  std::string Octets() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Write(std::string_view octets) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << octets;
  }
  // What Read() says: the error's code, or Errc{} if there is none.
  Errc Refusal() const {
    const auto mark = MarkFile::Read(path_);
    return mark.ok() ? Errc{} : mark.error().code;
  }

  const TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "mark";
};

TEST_F(MarkFileTest, NoFileIsNoMark) {
  const auto mark = MarkFile::Read(path_);
  ASSERT_TRUE(mark.ok());
  EXPECT_FALSE(mark.value().has_value());
}

TEST_F(MarkFileTest, IsCreatedOnlyWhenTold) {
  const auto untold = MarkFile::Open(path_, false);
  ASSERT_FALSE(untold.ok());
  EXPECT_EQ(untold.error().code, Errc::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(path_));

  const auto told = MarkFile::Open(path_, true);
  ASSERT_TRUE(told.ok()) << told.error().what;
  EXPECT_EQ(told.value().Load().value(), 0U);
  EXPECT_EQ(MarkFile::Read(path_).value(), 0U);
}

TEST_F(MarkFileTest, HoldsWhatWasStoredLast) {
  auto mark = MarkFile::Open(path_, true);
  ASSERT_TRUE(mark.ok());
  MarkFile file = std::move(mark).value();
  for (const std::uint64_t entries :
       {std::uint64_t{1}, std::uint64_t{0x0102030405060708}, std::uint64_t{7},
        std::numeric_limits<std::uint64_t>::max()}) {
    ASSERT_TRUE(file.Store(entries).ok());
    EXPECT_EQ(file.Load().value(), entries);
    EXPECT_EQ(MarkFile::Read(path_).value(), entries) << "for others, too, at once";
  }
  const auto again = MarkFile::Open(path_, true);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.value().Load().value(), std::numeric_limits<std::uint64_t>::max())
      << "`create` leaves a file that is there alone";
}

TEST_F(MarkFileTest, HasTheDocumentedLayout) {
  auto mark = MarkFile::Open(path_, true);
  ASSERT_TRUE(mark.ok());
  MarkFile file = std::move(mark).value();
  ASSERT_TRUE(file.Store(0x0102030405060708).ok());
  // The checksum was computed independently, with a bitwise CRC-32C in Python.
  EXPECT_EQ(Octets(), std::string("IDNM\x01\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08"
                                  "\xf1\x18\x4b\x1e",
                                  20));
}

TEST_F(MarkFileTest, NoticesEveryFlippedBit) {
  ASSERT_TRUE(std::move(MarkFile::Open(path_, true)).value().Store(300).ok());
  const std::string whole = Octets();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    Write(damaged);
    EXPECT_EQ(Refusal(), Errc::kCorrupt) << "bit " << bit;
    EXPECT_FALSE(MarkFile::Open(path_, true).ok()) << "nor is it replaced";
  }
}

TEST_F(MarkFileTest, NoticesAnyOtherLength) {
  ASSERT_TRUE(MarkFile::Open(path_, true).ok());
  const std::string whole = Octets();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Write(whole.substr(0, size));
    EXPECT_EQ(Refusal(), Errc::kCorrupt) << size << " octets";
  }
  Write(whole + '\0');
  EXPECT_EQ(Refusal(), Errc::kCorrupt) << "one more";
  Write(whole);
  EXPECT_EQ(Refusal(), Errc{});
}

TEST_F(MarkFileTest, ALeftoverOfAnEndedCreationIsNoHindrance) {
  std::ofstream(path_.string() + ".new") << "half";
  ASSERT_TRUE(MarkFile::Open(path_, true).ok());
  EXPECT_EQ(MarkFile::Read(path_).value(), 0U);
}

TEST_F(MarkFileTest, SaysWhenItMayNotBeWritten) {
  ASSERT_TRUE(MarkFile::Open(path_, true).ok());
  ASSERT_EQ(::chmod(path_.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0555), 0);
  const OtherUser nobody;
  const auto mark = MarkFile::Open(path_, true);
  ASSERT_FALSE(mark.ok());
  EXPECT_EQ(mark.error().code, Errc::kDenied);
  EXPECT_EQ(mark.error().detail, static_cast<std::uint32_t>(EACCES));
  EXPECT_EQ(MarkFile::Read(path_).value(), 0U) << "reading needs no more";
}

}  // namespace
}  // namespace idnode::store
