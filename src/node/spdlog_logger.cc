#include "node/spdlog_logger.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <stdexcept>

#include "base/json_text.h"

namespace idnode::node {
namespace {

constexpr std::array<spdlog::level::level_enum, 4> kLevels = {
    spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};

// A word as it is, anything else in quotes, so that a line can be taken apart again.
std::string PlainText(std::string_view text) {
  const bool is_word =
      !text.empty() && text.find_first_of(" \"=\\\n\r\t") == std::string_view::npos;
  return is_word ? std::string(text) : JsonText(text);
}

std::string Line(LogFormat format, std::string_view event, Logger::Fields fields) {
  const bool json = format == LogFormat::kJson;
  std::string line = json ? "\"event\":" + JsonText(event) : std::string(event);
  for (const Logger::Field& field : fields) {
    if (json) {
      line += "," + JsonText(field.name) + ":";
      line += field.is_number ? field.text : JsonText(field.text);
    } else {
      line += " " + field.name + "=" + PlainText(field.text);
    }
  }
  return line;
}

std::shared_ptr<spdlog::sinks::sink> MakeSink(const std::filesystem::path& file) {
  if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
  } catch (const spdlog::spdlog_ex& error) {
    throw std::runtime_error("log.file = \"" + file.string() + "\": cannot be written (" +
                             error.what() + "); name a file in a directory that exists");
  }
}

}  // namespace

// Hands lines on to one sink, which may be changed at any time.
class SpdlogLogger::Target final : public spdlog::sinks::dist_sink_mt {};

SpdlogLogger::SpdlogLogger(const Options& options)
    : file_(options.file),
      format_(options.format),
      target_(std::make_shared<Target>()),
      logger_(std::make_shared<spdlog::logger>("idnoded", target_)) {
  target_->set_sinks({OpenSink()});
  logger_->set_level(kLevels.at(static_cast<std::size_t>(options.level)));
  logger_->flush_on(spdlog::level::debug);
}

std::shared_ptr<spdlog::sinks::sink> SpdlogLogger::OpenSink() const {
  auto sink = MakeSink(file_);
  sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      format_ == LogFormat::kJson ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                  : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
      spdlog::pattern_time_type::utc));
  return sink;
}

void SpdlogLogger::Reopen() {
  if (file_.empty()) return;
  try {
    target_->set_sinks({OpenSink()});
    Info("log file opened anew");
  } catch (const std::runtime_error& error) {
    Error("log file not opened anew, going on with the old one", {{"reason", error.what()}});
  }
}

SpdlogLogger::~SpdlogLogger() = default;

void SpdlogLogger::Write(Level level, std::string_view event, Fields fields) {
  const auto own = kLevels.at(static_cast<std::size_t>(level));
  if (logger_->should_log(own)) logger_->log(own, Line(format_, event, fields));
}

}  // namespace idnode::node
