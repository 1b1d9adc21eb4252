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
}

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

  void Write(Level level, std::string_view event, Fields fields) override;

 private:
  std::shared_ptr<spdlog::logger> logger_;  // shared because spdlog is made so
  const LogFormat format_;
};

}  // namespace idnode::node
