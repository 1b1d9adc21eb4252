// How many entries have been acknowledged, kept outside the database.
//
// A damaged database can open without an error and hold a shorter log than it did. So after each
// commit, and before its acknowledgement, the length of the log is stored here as well; who opens
// the database compares. The mark is never synced: it survives the end of the process, and after a
// loss of power it may be old, but it is never ahead of what the database was told to keep.
//
// Layout, 20 octets, numbers big-endian:
//
//    0   4  "IDNM"
//    4   1  version of this layout: 1
//    5   3  zero
//    8   8  entries: the tree's size
//   16   4  CRC-32C of octets 0 to 15
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/result.h"
#include "store/file.h"

namespace idnode::store {

// One thread at a time. A moved-from one may only be destroyed or assigned to.
//
// Errors of every call: kCorrupt, the file is not one of these or is damaged; and those of
// FromErrno().
class MarkFile {
 public:
  // The mark in the file `path`; nullopt if there is no file. Changes nothing.
  static Result<std::optional<std::uint64_t>> Read(const std::filesystem::path& path);

  // Opens the file for storing. If there is none and `create` is set, makes one that says 0, on
  // disk before this returns; a crash leaves a whole file or none. Otherwise that is kNotFound.
  static Result<MarkFile> Open(const std::filesystem::path& path, bool create);

  Result<std::uint64_t> Load() const noexcept;

  // One write in place: no sync, no allocation.
  Status Store(std::uint64_t entries) noexcept;

 private:
  explicit MarkFile(File file) noexcept : file_(std::move(file)) {}

  File file_;
};

}  // namespace idnode::store
