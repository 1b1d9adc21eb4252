#include "stop.h"

#include <condition_variable>
#include <cstdlib>
#include <mutex>

#include "options.h"

namespace idnode::sink {

namespace {

constexpr int kWake = SIGUSR2;  // sent to our own thread only: the process ends by itself

}  // namespace

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  for (const int signal : {SIGTERM, SIGINT, kWake}) {
    sigaddset(&signals_, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  thread_ = std::thread([this] { Wait(); });
}

StopSignals::~StopSignals() {
  pthread_kill(thread_.native_handle(), kWake);
  thread_.join();
}

void StopSignals::Wait() {
  int signal = 0;
  sigwait(&signals_, &signal);
  if (signal == kWake) {
    return;
  }
  source_.request_stop();
  sigwait(&signals_, &signal);
  if (signal != kWake) {
    std::_Exit(kExitFailed);
  }
}

void SleepFor(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace idnode::sink
