// Figures of several rounds, and what they come to: medians, because the machine is shared.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace idnode::bench {

// Things per second, one figure a round.
class Rates {
 public:
  void Add(double rate) { rates_.push_back(rate); }
  bool empty() const { return rates_.empty(); }

  double Median() const {
    std::vector<double> sorted = rates_;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t n = sorted.size();
    return n == 0 ? 0 : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
  std::pair<double, double> Bounds() const {
    const auto [low, high] = std::minmax_element(rates_.begin(), rates_.end());
    return rates_.empty() ? std::pair(0.0, 0.0) : std::pair(*low, *high);
  }

 private:
  std::vector<double> rates_;
};

// One line: what was measured, median, bounds; and beside a limit the ratio to its median.
void Print(const std::string& what, const Rates& rates, const Rates* limit = nullptr);

// Binds the calling thread, and what it starts, to one CPU. Throws if there is no such.
void PinSelf(int cpu);
// Binds every thread of a process.
void PinProcess(int pid, int cpu);

}  // namespace idnode::bench
