// The way to a node: one for all the tools.
//
// A token is read in one way, goes into the metadata of every call, and never crosses a network in
// the clear unless the command line says so.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/channel_arguments.h>

#include <memory>
#include <optional>
#include <string>

#include "fault.h"

namespace idnode::tools {

// What the command line says of the node. A value.
struct NodeOptions {
  std::string server = {};      // HOST:PORT or unix:PATH
  std::string token_file = {};  // the first line is the token's secret; empty: none is sent
  bool tls = false;             // check the node by the system's authorities, or by
  std::string ca_file = {};     // those in this PEM file
  bool insecure = false;        // a token may cross a network without TLS
  Language language = Language::kEnglish;  // of what the node says
};

// Whether the token would be sent to another machine without TLS; looks at no file.
std::optional<Fault> TokenInClear(const NodeOptions& options);

// Any thread, once it is open.
class NodeChannel {
 public:
  // No proxy, no repeats of gRPC's own, short pauses between its tries to connect, and room for the
  // largest page of records.
  static grpc::ChannelArguments Arguments();

  // Reads the files that `options` names; connects with the first call. A fault: one of them cannot
  // be used, or TokenInClear().
  std::optional<Fault> Open(const NodeOptions& options,
                            const grpc::ChannelArguments& arguments = Arguments());

  // REQUIRES: open, here and below.
  const std::shared_ptr<grpc::Channel>& channel() const noexcept { return channel_; }

  // Gives the call its language and its token.
  void Prepare(grpc::ClientContext& context) const;

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::string token_;
  Language language_ = Language::kEnglish;
};

}  // namespace idnode::tools
