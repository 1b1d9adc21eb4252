// A text file or standard input, a line at a time, with a bound on what is kept in memory.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "failure.h"
#include "texts.h"

namespace idnode::ctl {

class LineReader {
 public:
  // `path` "-" is standard input. Throws Failure when the file cannot be opened.
  LineReader(std::string path, std::size_t limit, Language language);

  // The next line without its end. A line of more than `limit` octets is read to its end but only
  // its beginning is kept, limit + 1 octets. False: there is none. Throws Failure when reading
  // fails.
  bool Next(std::string& line);

  // Of the line that Next() gave last, from 1.
  std::uint64_t number() const { return number_; }

  // Why a line of more than `limit` octets is refused.
  Failure TooLong() const;

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  Failure Unreadable(int reason) const;

  std::string path_;
  std::size_t limit_;
  Language language_;
  std::unique_ptr<std::FILE, Closer> owned_;
  std::FILE* file_;
  std::uint64_t number_ = 0;
};

}  // namespace idnode::ctl
