#include "node_options.h"

#include <CLI/CLI.hpp>

namespace idnode::tools {

void AddEncryption(CLI::App& app, NodeOptions& options) {
  const auto say = [&](const Words& words) { return words.In(options.language); };
  app.add_flag("--tls", options.tls,
               say({"encrypt; trust the system's authorities", "加密连接，信任系统的证书机构"}));
  app.add_option("--ca", options.ca_file,
                 say({"encrypt; trust the authorities in this PEM file",
                      "加密连接，信任该 PEM 文件中的证书机构"}))
      ->type_name("FILE");
  app.add_flag(
      "--insecure", options.insecure,
      say({"let the token cross a network without encryption", "允许令牌在网络中以明文传输"}));
}

}  // namespace idnode::tools
