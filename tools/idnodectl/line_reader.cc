#include "line_reader.h"

#include <cerrno>
#include <utility>

#include "client.h"

namespace idnode::ctl {

LineReader::LineReader(std::string path, std::size_t limit, Language language)
    : path_(std::move(path)),
      limit_(limit),
      language_(language),
      owned_(path_ == "-" ? nullptr : std::fopen(path_.c_str(), "rbe")),
      file_(path_ == "-" ? stdin : owned_.get()) {
  if (file_ == nullptr) throw Unreadable(errno);
}

bool LineReader::Next(std::string& line) {
  line.clear();
  ++number_;
  errno = 0;
  int octet = EOF;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread reads, and the lock would cost most of it
  while ((octet = getc_unlocked(file_)) != EOF && octet != '\n') {
    if (line.size() <= limit_) line += static_cast<char>(octet);
  }
  if (octet == '\n') return true;
  if (std::ferror(file_) != 0) throw Unreadable(errno);
  return !line.empty();
}

Failure LineReader::TooLong() const {
  return {Exit::kFailed, "row_too_large", "", Say(language_, text::kRowTooLarge, limit_),
          Say(language_, text::kRowTooLargeFix)};
}

Failure LineReader::Unreadable(int reason) const {
  return FromFault(tools::FileUnreadable(path_, reason, path_), language_);
}

}  // namespace idnode::ctl
