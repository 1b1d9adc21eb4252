// The log of the process: spdlog, to standard error or a file, as text or as JSON lines.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/logger.h"
#include "base/result.h"
#include "node/config.h"

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace idnode::node {

class SpdlogLogger final : public Logger {
 public:
  struct Options {
    LogLevel level = LogLevel::kInfo;
    LogFormat format = LogFormat::kText;
    std::filesystem::path file;  // empty: standard error
  };

  // Throws std::runtime_error, in words for the operator, if the file cannot be written.
  explicit SpdlogLogger(const Options& options);
  ~SpdlogLogger() override;

  // Opens the file anew, by its name: another process may have moved the old one away. If that
  // fails, goes on with the old one and says so in it. Nothing to do without a file.
  void Reopen();

  void Write(Level level, std::string_view event, Fields fields) override;

 private:
  class Target;

  std::shared_ptr<spdlog::sinks::sink> OpenSink() const;

  const std::filesystem::path file_;
  const LogFormat format_;
  std::shared_ptr<Target> target_;          // shared because spdlog is made so
  std::shared_ptr<spdlog::logger> logger_;  // writes to the target
};

}  // namespace idnode::node
