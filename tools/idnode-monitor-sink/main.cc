// idnode-monitor-sink: the receiving end of a node's counts. README of its parts:
//
//   options    the command line
//   stop       signals
//   sink       the loop between the two sides, and what it promises
//   feed       the node's side (gRPC)
//   database   the bureau's side (PostgreSQL), its tables in schema/
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <iostream>

#include "database.h"
#include "options.h"
#include "sink.h"
#include "stop.h"

int main(int argc, char** argv) try {
  idnode::sink::Options options;
  int exit_code = 0;
  if (!idnode::sink::ParseOptions(argc, argv, options, exit_code)) {
    return exit_code;
  }
  if (const auto wrong = idnode::sink::CheckConninfo(options.database); !wrong.empty()) {
    std::cerr << "--database: " << wrong << '\n';
    return idnode::sink::kExitUsage;
  }
  const idnode::sink::StopSignals signals;
  spdlog::set_default_logger(spdlog::stderr_logger_mt("sink"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  spdlog::set_level(options.verbose ? spdlog::level::debug : spdlog::level::info);
  return idnode::sink::Sink(options, signals.token()).Run();
} catch (const std::exception& error) {
  std::cerr << "idnode-monitor-sink: " << error.what() << '\n';
  return idnode::sink::kExitFailed;
}
