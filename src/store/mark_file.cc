#include "store/mark_file.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/crc32c.h"
#include "base/reader.h"

namespace idnode::store {
namespace {

constexpr std::size_t kSize = 20;
constexpr std::size_t kChecked = 16;  // octets before the checksum
constexpr std::array<std::uint8_t, 8> kPreamble = {'I', 'D', 'N', 'M', 1, 0, 0, 0};

void StoreBigEndian(std::uint64_t value, std::span<std::uint8_t> out) noexcept {
  for (std::size_t i = out.size(); i > 0; --i, value >>= 8) {
    out[i - 1] = static_cast<std::uint8_t>(value);
  }
}

Result<std::uint64_t> Decode(Bytes image) noexcept {
  Reader reader(image);
  const Bytes preamble = reader.Raw(kPreamble.size(), "preamble");
  const std::uint64_t entries = reader.U64("entries");
  const std::uint32_t crc = reader.U32("checksum");
  const bool whole = reader.ok() && reader.remaining() == 0 &&
                     std::ranges::equal(preamble, kPreamble) &&
                     crc == Crc32c(image.first(kChecked));
  if (!whole) return Error{Errc::kCorrupt, 0, "mark file"};
  return entries;
}

Result<std::uint64_t> ReadFrom(const File& file) noexcept {
  std::array<std::uint8_t, kSize + 1> octets{};  // one more, to notice a longer file
  const ssize_t got = ::pread(file.get(), octets.data(), octets.size(), 0);
  if (got < 0) return FromErrno("read mark file");
  return Decode(Bytes(octets).first(static_cast<std::size_t>(got)));
}

Status WriteTo(const File& file, std::uint64_t entries) noexcept {
  std::array<std::uint8_t, kSize> image{};
  const std::span octets(image);
  std::ranges::copy(kPreamble, image.begin());
  StoreBigEndian(entries, octets.subspan(kPreamble.size(), sizeof(entries)));
  StoreBigEndian(Crc32c(octets.first(kChecked)), octets.subspan(kChecked));
  const ssize_t written = ::pwrite(file.get(), image.data(), image.size(), 0);
  if (written == static_cast<ssize_t>(image.size())) return {};
  if (written >= 0) errno = ENOSPC;  // nothing else ends a write within 20 octets
  return FromErrno("write mark file");
}

// Under another name first, so that nobody ever finds half of it.
Status Create(const std::filesystem::path& path) {
  const std::filesystem::path unfinished = path.string() + ".new";
  const File file(unfinished, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.ok()) return FromErrno("create mark file");
  if (const Status written = WriteTo(file, 0); !written.ok()) return written;
  if (::fsync(file.get()) != 0) return FromErrno("sync mark file");
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return FromErrno("rename mark file");
  const File directory(path.has_parent_path() ? path.parent_path() : ".", O_RDONLY | O_DIRECTORY);
  if (!directory.ok() || ::fsync(directory.get()) != 0) return FromErrno("sync directory");
  return {};
}

}  // namespace

Result<std::optional<std::uint64_t>> MarkFile::Read(const std::filesystem::path& path) {
  const File file(path, O_RDONLY);
  if (!file.ok() && errno == ENOENT) return std::optional<std::uint64_t>();
  if (!file.ok()) return FromErrno("open mark file");
  const Result<std::uint64_t> mark = ReadFrom(file);
  if (!mark.ok()) return mark.error();
  return std::optional(mark.value());
}

Result<MarkFile> MarkFile::Open(const std::filesystem::path& path, bool create) {
  File file(path, O_RDWR);
  if (!file.ok() && errno == ENOENT && create) {
    if (const Status created = Create(path); !created.ok()) return created.error();
    file = File(path, O_RDWR);
  }
  if (!file.ok()) return FromErrno("open mark file");
  if (const auto mark = ReadFrom(file); !mark.ok()) return mark.error();
  return MarkFile(std::move(file));
}

Result<std::uint64_t> MarkFile::Load() const noexcept { return ReadFrom(file_); }

Status MarkFile::Store(std::uint64_t entries) noexcept { return WriteTo(file_, entries); }

}  // namespace idnode::store
