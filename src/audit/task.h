// What the parts of a verification share.
#pragma once

#include <string_view>

#include "audit/difference.h"
#include "audit/progress.h"
#include "base/result.h"
#include "store/engine.h"

namespace idnode::audit {

// One thread.
struct Task {
  const store::Readable& store;
  Findings& findings;
  Steps& steps;

  // Takes down that the store itself found damage when `key` was read, or what comes behind it, and
  // passes the error on. Other errors are only passed on.
  Error Failed(const Error& error, store::Family family, std::string_view key) const {
    if (error.code == Errc::kCorrupt) {
      findings.Add(family, key,
                   Words{"the store finds damage here or behind, and reads no further",
                         "存储发现此处或其后已损坏，不再继续读取"});
    }
    return error;
  }
};

}  // namespace idnode::audit
