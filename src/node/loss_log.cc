#include "node/loss_log.h"

#include <utility>

namespace idnode::node {

std::string GrownLosses(const std::vector<Count>& before, const std::vector<Count>& now) {
  std::string text;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const std::uint64_t old = before.empty() ? 0 : before[i].value;
    if (!now[i].is_loss || now[i].value <= old) continue;
    text += text.empty() ? "" : ", ";
    text.append(now[i].name).append(" +").append(std::to_string(now[i].value - old));
  }
  return text;
}

LossLog::LossLog(CountSource source, std::chrono::milliseconds period, Logger& logger)
    : source_(std::move(source)),
      period_(period),
      logger_(logger),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void LossLog::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::vector<Count> before;
  for (;;) {
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, period_, [] { return false; });
    std::vector<Count> now = source_();
    const std::string losses = GrownLosses(before, now);
    before = std::move(now);
    if (!losses.empty()) {
      logger_.Warning("refused or dropped",
                      {{"counts", losses}, {"see", "status in idnodectl(1)"}});
    }
    if (stop.stop_requested()) return;
  }
}

}  // namespace idnode::node
