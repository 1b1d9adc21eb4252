#include "serve/grpc/grpc_log.h"

#include <grpc/support/log.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace idnode::serve {
namespace {

constexpr std::chrono::minutes kPeriod{1};
constexpr int kMostLines = 30;  // of a period

// The one piece of static state that gRPC's interface, a plain function, asks for.
struct {
  std::mutex mutex;
  // Under the mutex.
  Logger* logger = nullptr;
  std::chrono::steady_clock::time_point period_end;
  int lines = 0;  // of the period
  std::uint64_t left_out = 0;
} shared;

void Write(gpr_log_func_args* line) {
  const std::scoped_lock lock(shared.mutex);
  if (shared.logger == nullptr) return;
  const auto now = std::chrono::steady_clock::now();
  if (now >= shared.period_end) {
    shared.period_end = now + kPeriod;
    shared.lines = 0;
  }
  if (++shared.lines > kMostLines) {
    ++shared.left_out;
    return;
  }
  // What gRPC calls an error is a client's, as a rule; ours have lines of their own.
  const auto level =
      line->severity == GPR_LOG_SEVERITY_ERROR ? Logger::Level::kWarning : Logger::Level::kInfo;
  std::string_view file = line->file;
  file.remove_prefix(file.rfind('/') + 1);
  const std::string where = std::string(file) + ":" + std::to_string(line->line);
  shared.logger->Write(
      level, "gRPC says",
      {{"message", line->message}, {"where", where}, {"lines_left_out", shared.left_out}});
  shared.left_out = 0;
}

}  // namespace

GrpcLog::GrpcLog(Logger& logger) {
  const std::scoped_lock lock(shared.mutex);
  shared.logger = &logger;
  shared.lines = 0;
  gpr_set_log_function(Write);
}

GrpcLog::~GrpcLog() {
  const std::scoped_lock lock(shared.mutex);
  shared.logger = nullptr;
  gpr_set_log_function(nullptr);  // gRPC's own again
}

}  // namespace idnode::serve
