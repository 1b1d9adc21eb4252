#include <fmt/core.h>

#include <fstream>
#include <stdexcept>

#include "commands.h"
#include "handle/message.h"
#include "handle/resolution.h"
#include "measure.h"
#include "udp_echo.h"
#include "udp_load.h"

namespace idnode::bench {
namespace {

std::vector<std::uint8_t> Question(const std::string& identifier, std::uint32_t request_id) {
  std::vector<std::uint8_t> body;
  handle::EncodeResolutionRequest(identifier, {}, {}, body);
  std::vector<std::uint8_t> message;
  handle::EncodeMessage({.suggested = handle::kOurVersion, .request_id = request_id},
                        {.flags = handle::Header::kRecursive | handle::Header::kCacheCertify |
                                  handle::Header::kPublicOnly},
                        body, message);
  return message;
}

std::vector<std::vector<std::uint8_t>> Questions(const ResolveOptions& options) {
  std::vector<std::vector<std::uint8_t>> questions;
  const auto add = [&](const std::string& identifier) {
    questions.push_back(Question(identifier, static_cast<std::uint32_t>(questions.size() + 1)));
  };
  for (const std::string& identifier : options.identifiers) add(identifier);
  if (!options.identifier_file.empty()) {
    std::ifstream file(options.identifier_file);
    for (std::string line; std::getline(file, line);) {
      if (!line.empty()) add(line);
    }
  }
  if (questions.empty()) throw std::runtime_error("no identifier to resolve; give --id or --file");
  return questions;
}

}  // namespace

int RunResolve(const ResolveOptions& options) {
  const auto questions = Questions(options);
  const Result<Endpoint> target = Endpoint::Parse(options.handle);
  if (!target.ok()) throw std::runtime_error("--handle " + options.handle + " is no HOST:PORT");
  if (options.pid != 0) PinProcess(options.pid, options.server_cpu);

  LoadOptions load{.target = target.value(), .time = std::chrono::milliseconds(300)};
  load.window = options.window;
  const LoadResult probe = Load(questions, load);  // warms, and tells the size of an answer
  if (probe.answers == 0) throw std::runtime_error("no answer from " + options.handle);
  if (probe.failures != 0) {
    throw std::runtime_error(
        fmt::format("{} of {} answers were no success; are the identifiers "
                    "registered?",
                    probe.failures, probe.answers));
  }
  const UdpEcho echo(std::max<std::size_t>(28, probe.octets / probe.answers), options.server_cpu);
  PinSelf(options.client_cpu);

  load.time = options.time;
  Rates node_rates;
  Rates echo_rates;
  std::uint64_t lost = 0;
  for (int round = 0; round < options.rounds; ++round) {
    load.target = echo.endpoint();
    echo_rates.Add(Load(questions, load).Rate());
    load.target = target.value();
    const LoadResult result = Load(questions, load);
    node_rates.Add(result.Rate());
    lost += result.lost;
  }
  fmt::print("{} identifiers, questions of {} octets, answers of {}, window {}, {} lost\n",
             questions.size(), questions.front().size(), probe.octets / probe.answers,
             options.window, lost);
  Print("UDP echo, recvmmsg/sendmmsg 64", echo_rates);
  Print("UDP resolution", node_rates, &echo_rates);
  return 0;
}

}  // namespace idnode::bench
