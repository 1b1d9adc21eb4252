#include "measure.h"

#include <fmt/core.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace idnode::bench {
namespace {

void Pin(int thread, int cpu) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(static_cast<unsigned>(cpu), &cpus);
  if (::sched_setaffinity(thread, sizeof cpus, &cpus) != 0) {
    throw std::runtime_error(fmt::format("cannot bind thread {} to CPU {}", thread, cpu));
  }
}

}  // namespace

void Print(const std::string& what, const Rates& rates, const Rates* limit) {
  const auto [low, high] = rates.Bounds();
  fmt::print("{:<44} {:>12.0f} /s  ({:.0f} to {:.0f})", what, rates.Median(), low, high);
  if (limit != nullptr) fmt::print("  ratio {:.2f}", rates.Median() / limit->Median());
  fmt::print("\n");
}

void PinSelf(int cpu) { Pin(0, cpu); }

void PinProcess(int pid, int cpu) {
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    Pin(std::stoi(entry.path().filename().string()), cpu);
  }
}

}  // namespace idnode::bench
