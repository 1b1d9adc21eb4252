#include "handle/digest.h"

#include <algorithm>

#include "base/big_endian.h"
#include "crypto/digest.h"

namespace idnode::handle {
namespace {

constexpr std::uint8_t kOldMd5 = 0;  // the first octet of the length 16
constexpr std::uint8_t kMd5 = 1;
constexpr std::uint8_t kSha1 = 2;
constexpr std::uint8_t kSha256 = 3;

constexpr std::array<std::uint8_t, 4> kMd5Length = {0, 0, 0, 16};

}  // namespace

RequestDigest::RequestDigest(Bytes digested, Version version) noexcept {
  if (AtLeast(version, 7)) {
    Append({&kSha256, 1});
    Append(crypto::Sha256({digested}));
  } else if (AtLeast(version, 1)) {
    Append({&kSha1, 1});
    Append(crypto::Sha1({digested}));
  } else {
    Append(kMd5Length);
    Append(crypto::Md5({digested}));
  }
}

void RequestDigest::Append(Bytes octets) noexcept {
  std::copy(octets.begin(), octets.end(), octets_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += octets.size();
}

Bytes ReadRequestDigest(Reader& in) noexcept {
  const std::size_t start = in.offset();
  switch (in.U8("digest algorithm")) {
    case kOldMd5:
      for (std::size_t i = 1; i < kMd5Length.size(); ++i) {
        if (in.U8("digest length") != kMd5Length[i]) in.Fail(Errc::kMalformed, "digest length");
      }
      in.Raw(crypto::Md5Digest().size(), "digest");
      break;
    case kMd5:
      in.Raw(crypto::Md5Digest().size(), "digest");
      break;
    case kSha1:
      in.Raw(crypto::Sha1Digest().size(), "digest");
      break;
    case kSha256:
      in.Raw(crypto::Sha256Digest().size(), "digest");
      break;
    default:
      in.Fail(Errc::kMalformed, "digest algorithm");
  }
  return in.Since(start);
}

}  // namespace idnode::handle
