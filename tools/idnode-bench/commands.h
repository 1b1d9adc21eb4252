// What idnode-bench can measure, with the options of each.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "node_channel.h"

namespace idnode::bench {

struct ResolveOptions {
  std::string handle;                    // HOST:PORT of the node
  std::vector<std::string> identifiers;  // to be resolved, or a file of them
  std::filesystem::path identifier_file;
  int pid = 0;  // of the node, to be bound to a CPU; 0: it is bound already
  int server_cpu = 0;
  int client_cpu = 1;
  std::size_t window = 256;
  int rounds = 5;
  std::chrono::milliseconds time{2'000};
};

// UDP resolution on one core against the echo. Returns the exit code.
int RunResolve(const ResolveOptions& options);

struct RegisterOptions : tools::NodeOptions {
  std::string prefix;
  std::vector<std::size_t> callers = {1, 64};
  std::size_t value_octets = 60;
  bool stream = false;  // RegisterStream beside the single calls
  int rounds = 3;
  std::chrono::milliseconds time{3'000};
  std::filesystem::path limit_directory;  // of RocksDB's own puts; on the disk of the node's data
};

// Synced registration over gRPC against RocksDB's own synced puts. Returns the exit code.
int RunRegister(const RegisterOptions& options);

struct FillOptions : tools::NodeOptions {
  std::string prefix;
  std::size_t count = 100'000;
  std::size_t value_octets = 60;
};

// Registers identifiers 0 to count - 1 in a stream: something to resolve, and to weigh.
int RunFill(const FillOptions& options);

}  // namespace idnode::bench
