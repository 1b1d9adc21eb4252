// The secret of a new token. The node learns only its hash.
#pragma once

#include <string>

#include "texts.h"

namespace idnode::ctl {

class Secret {
 public:
  // A fresh one: "idn_" and 32 random octets in base64url. When `file` is not empty it is written
  // there at once, mode 0600, synced: before the node knows of it, so that a break in between
  // leaves a useless file and not a token that nobody has. Throws Failure, also when the file
  // exists.
  Secret(std::string file, Language language);

  const std::string& text() const { return text_; }

  // Of the whole text: 32 octets.
  std::string Sha256() const;

  // Removes the file again: the node has refused the token.
  void Withdraw() const;

 private:
  std::string file_;
  std::string text_;
};

}  // namespace idnode::ctl
