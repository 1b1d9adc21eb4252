// Which values of a record an anonymous question gets: handle protocol, resolution.
//
// First by what was asked for: a value is selected if its index is asked for or its type is (see
// SelectsType() in types.h); if neither indexes nor types are asked for, all are. Then by who may
// read them. The order is that of the record.
#pragma once

#include <cstdint>

#include "handle/resolution.h"
#include "handle/value.h"

namespace idnode::handle {

// What becomes of the question.
enum class Verdict : std::uint8_t {
  kValues,          // the values taken are the answer
  kNothing,         // nothing is asked for that is there and may be seen: RC 200
  kAuthentication,  // a value asked for is for administrators alone: RC 402
  kNobody,          // a value asked for is for nobody to read: RC 401
};

struct Selection {
  Verdict verdict = Verdict::kNothing;
  std::uint32_t count = 0;  // of values taken; not to be used unless the verdict is kValues
};

// Whether `request` asks for `value`, whoever may read it.
bool AsksFor(const ResolutionRequest& request, const Value& value) noexcept;

inline bool AsksForAll(const ResolutionRequest& request) noexcept {
  return request.indexes.empty() && request.types.empty();
}

// Whether everybody may read all of `values`. If so, a request that asks for all gets the record
// as it is, and nobody needs to look at its values.
bool AllPublic(const ValueList& values) noexcept;

// Calls `take(const Value&)` with each value of the answer. With `public_only` (flag PO) values
// that are not for everybody are left out; without it, the first such value decides: kNobody if
// administrators may not read it either, kAuthentication otherwise, and what was taken so far is
// no answer.
template <typename Take>
Selection Select(const ValueList& values, const ResolutionRequest& request, bool public_only,
                 Take take) {
  Selection selection;
  const bool all = AsksForAll(request);
  for (const Value& value : values) {
    if (!all && !AsksFor(request, value)) continue;
    if (!value.Allows(permission::kPublicRead)) {
      if (public_only) continue;
      selection.verdict =
          value.Allows(permission::kAdminRead) ? Verdict::kAuthentication : Verdict::kNobody;
      return selection;
    }
    take(value);
    ++selection.count;
  }
  if (selection.count > 0) selection.verdict = Verdict::kValues;
  return selection;
}

}  // namespace idnode::handle
