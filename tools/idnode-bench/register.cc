#include <fmt/core.h>

#include "commands.h"
#include "measure.h"
#include "registration.h"
#include "rocks_puts.h"

namespace idnode::bench {

int RunRegister(const RegisterOptions& options) {
  Registration registration(options, options.prefix, options.value_octets);
  for (const std::size_t callers : options.callers) {
    Rates puts;
    Rates calls;
    Rates rows;
    for (int round = 0; round < options.rounds; ++round) {
      puts.Add(SyncedPuts(options.limit_directory, callers, options.value_octets, options.time));
      calls.Add(registration.Calls(callers, options.time).Rate());
      if (options.stream) {
        const std::string name = fmt::format("row-{}-{}", callers, round);
        rows.Add(registration.Stream(name, ~std::uint64_t{0}, options.time).Rate());
      }
    }
    Print(fmt::format("RocksDB synced puts, {} writers", callers), puts);
    Print(fmt::format("Register over gRPC, {} callers", callers), calls, &puts);
    if (options.stream) Print("RegisterStream, 1 stream", rows, &puts);
  }
  return 0;
}

int RunFill(const FillOptions& options) {
  Registration registration(options, options.prefix, options.value_octets);
  constexpr std::chrono::hours kNoLimit{24};
  const Registered filled = registration.Stream("id", options.count, kNoLimit);
  fmt::print("{} identifiers {}/id-0 to {}/id-{} in {:.1f} s, {:.0f} /s\n", filled.done,
             options.prefix, options.prefix, options.count - 1, filled.seconds, filled.Rate());
  return 0;
}

}  // namespace idnode::bench
