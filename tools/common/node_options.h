// The options of a command line that are the same in every tool.
#pragma once

#include "node_channel.h"

namespace CLI {  // NOLINT(readability-identifier-naming): its own name
class App;
}  // namespace CLI

namespace idnode::tools {

// --tls, --ca and --insecure, in `options.language`. `options` must outlive `app`.
void AddEncryption(CLI::App& app, NodeOptions& options);

}  // namespace idnode::tools
