#include "handle/version.h"

#include <algorithm>

namespace idnode::handle {

Version AnswerVersion(Version spoken, Version suggested) noexcept {
  const Version known = suggested.major == 0 ? spoken : suggested;
  if (known.major == 2) return {2, std::min(known.minor, kOurVersion.minor)};
  if (known.major == 3) return kOurVersion;
  return {2, 0};
}

}  // namespace idnode::handle
