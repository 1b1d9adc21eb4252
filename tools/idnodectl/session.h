// What every verb is given: the global options, where to print, and the node.
#pragma once

#include <optional>
#include <string>

#include "client.h"
#include "octets.h"
#include "output.h"

namespace idnode::ctl {

struct Globals : Client::Options {
  bool json = false;
};

class Session {
 public:
  explicit Session(Globals globals)
      : globals_(std::move(globals)), out_(globals_.json, globals_.language) {}

  const Globals& globals() const { return globals_; }
  Language language() const { return globals_.language; }
  Output& out() { return out_; }

  // Made with the first use; reads the token file. Throws Failure.
  Client& client() { return client_ ? *client_ : client_.emplace(globals_); }

  // Sends a change that carries `request.request_id`. A Failure after which nobody knows whether
  // the change was made says how to ask again.
  template <typename Request>
  auto Change(const Request& request) {
    try {
      return client().Call(request);
    } catch (Failure& failure) {
      if (OutcomeUnknown(failure)) TellRequestId(failure, request.request_id());
      throw;
    }
  }

  static bool OutcomeUnknown(const Failure& failure);

 private:
  void TellRequestId(Failure& failure, std::string_view request_id) const;

  Globals globals_;
  Output out_;
  std::optional<Client> client_;
};

}  // namespace idnode::ctl
