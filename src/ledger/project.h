// What an entry does to the views. One function for the committer, which writes the rows, and for
// audit, which makes them again and compares.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/entry.h"
#include "ledger/rows.h"
#include "store/engine.h"

namespace idnode::ledger {

// The row of the identifier or control object that an entry is about.
struct Subject {
  store::Family family;
  std::string key;
};
Subject SubjectOf(const Entry& entry);

// SHA-256 of what was asked for: what kind of change, the expected seq, the identifier as it was
// spelt, and the content: the values in wire form, or the control object; nothing where the node
// makes the state itself (a deletion, an accepted clock, a revoked token). Values carry the time of
// the entry, so a repeat is compared as of the time when the first one was done.
//
//   octets  field
//   0       1 register, 2 update, 3 delete; for control objects the kind of the entry
//   1-8     expected seq, or none
//   9-10    n, octets of the identifier
//   11-     identifier, then the content to the end
struct RequestContent {
  EntryKind kind = EntryKind::kCreated;  // kCreated and kRecreated are the same request
  std::optional<Seq> expected_seq;
  std::string_view identifier;
  std::string_view content;
};
Hash RequestDigest(const RequestContent& request) noexcept;

// The request that made `entry`. Views into it.
RequestContent RequestOf(const Entry& entry) noexcept;

// The tip of the entry's prefix after the entry. REQUIRES: `before` is that prefix's tip, or a new
// Tip for its first entry.
Tip NextTip(const Entry& entry, const Tip& before) noexcept;

// Appends to `puts` the rows of every view as they are after `entry`: record or control object,
// tip, day, request. Pure. REQUIRES: `tip` is NextTip(entry, ...).
void Project(const Entry& entry, const Tip& tip, std::vector<store::Put>& puts);

}  // namespace idnode::ledger
