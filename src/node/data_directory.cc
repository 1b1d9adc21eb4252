#include "node/data_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>

namespace idnode::node {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOthers = 0077;
constexpr mode_t kOthersWrite = 0022;

[[noreturn]] void Refuse(const std::string& what) { throw std::runtime_error(what); }

struct stat Look(const fs::path& directory) {
  struct stat found {};
  if (::stat(directory.c_str(), &found) != 0) {
    Refuse("cannot look at the directory " + directory.string() + ": " +
           std::generic_category().message(errno));
  }
  return found;
}

// A file system of its own has a lost+found, which is the system's.
bool IsEmpty(const fs::path& directory) {
  std::error_code error;
  for (fs::directory_iterator at(directory, error); at != fs::directory_iterator();
       at.increment(error)) {
    if (at->path().filename() != "lost+found") return false;
  }
  return !error;
}

std::string Octal(mode_t mode) {
  std::array<char, 8> text{};
  (void)std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
  return text.data();
}

void Close(const fs::path& directory) {
  std::error_code error;  // who may not, or where there are no modes, is told of what is left
  fs::permissions(directory, fs::perms::owner_all, error);
}

void CloseStore(const fs::path& store) {
  struct stat found {};
  const bool is_open = ::stat(store.c_str(), &found) == 0 && (found.st_mode & kOthers) != 0;
  if (is_open) Close(store);
}

void Judge(const struct stat& found, const fs::path& directory, Logger& logger) {
  const std::string mend = "chmod 0700 " + directory.string();
  if ((found.st_mode & kOthersWrite) != 0) {
    Refuse("group or others may write in " + directory.string() + " (mode " + Octal(found.st_mode) +
           "), and so put a token or a store of their own in it; name a directory for the node "
           "alone, or see what is in this one and run: " +
           mend);
  }
  if ((found.st_mode & kOthers) != 0) {
    logger.Warning(
        "data directory is open to others",
        {{"directory", directory.string()}, {"mode", Octal(found.st_mode)}, {"fix", mend}});
  }
  if (found.st_uid != ::geteuid() && found.st_uid != 0) {
    logger.Warning("data directory belongs to another user",
                   {{"directory", directory.string()},
                    {"uid", found.st_uid},
                    {"fix", "run the node as that user, or chown it"}});
  }
}

}  // namespace

void PrepareDirectory(const fs::path& directory, Logger& logger) {
  std::error_code error;
  const bool is_new = fs::create_directories(directory, error);
  if (error) Refuse("cannot make the directory " + directory.string() + ": " + error.message());
  const bool is_ours = Look(directory).st_uid == ::geteuid();
  if (is_new || (is_ours && IsEmpty(directory))) Close(directory);
  Judge(Look(directory), directory, logger);
  CloseStore(directory / "db");
}

}  // namespace idnode::node
