// The rules of the registry, asked of a log that is there already: whether a node that keeps them
// could have made it. An audit asks, entry by entry; what makes the octets fit together is its own
// affair.
//
//   prefixes, tokens  the object reads, and is the one that its key names; a token is added
//                     unrevoked, and revoking it changes nothing else
//   records           the prefix was added before, and says how the identifier becomes its key; the
//                     first spelling is kept
//   everything        the token that did it was added before, and is good for such a change
//
// Not asked: whether a token was revoked or had expired, for a change may have waited while it was.
#pragma once

#include <map>
#include <string>

#include "base/text.h"
#include "handle/fold.h"
#include "idnode/stored/v1/control.pb.h"
#include "ledger/entry.h"

namespace idnode::registry {

// One log, from its first entry on. One thread.
class LogRules {
 public:
  // What the rules have against the next entry; nullptr: nothing. `payload` is nullptr
  // if it cannot be read, `before`, the payload of the entry `leaf.prev`, also if there is none.
  // After an entry that cannot be read, nobody knows what has not been added.
  const Words* FaultOf(const ledger::Leaf& leaf, const ledger::Payload* payload,
                       const ledger::Payload* before);

 private:
  const Words* PutPrefix(const ledger::Payload& payload);
  const Words* PutToken(const ledger::Payload& payload);
  const Words* FaultOfActor(const ledger::Leaf& leaf, const ledger::Payload& payload) const;
  const Words* FaultOfRecord(const ledger::Leaf& leaf, const ledger::Payload& payload,
                             const ledger::Payload* before) const;

  ledger::Seq next_ = 0;
  bool has_gaps_ = false;
  std::map<std::string, handle::CasePolicy, std::less<>> prefixes_;  // by folded prefix
  std::map<std::string, stored::v1::Token, std::less<>> tokens_;     // by id
};

}  // namespace idnode::registry
