#include "audit/row_sum.h"

#include "base/big_endian.h"
#include "base/bytes.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace idnode::audit {

RowSum::RowSum() { crypto::FillRandom(secret_); }

void RowSum::Add(store::Family family, std::string_view key, std::string_view value) noexcept {
  const Lanes row = Hash(family, key, value);
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_.at(i) += row.at(i);
}

void RowSum::Remove(store::Family family, std::string_view key, std::string_view value) noexcept {
  const Lanes row = Hash(family, key, value);
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_.at(i) -= row.at(i);
}

RowSum::Lanes RowSum::Hash(store::Family family, std::string_view key,
                           std::string_view value) const noexcept {
  // The length of the key says where the value begins.
  std::array<std::uint8_t, 9> form{};
  form[0] = static_cast<std::uint8_t>(family);
  StoreBigEndian<std::uint64_t>(key.size(), &form[1]);
  const crypto::Sha256Digest digest = crypto::Sha256({secret_, form, AsBytes(key), AsBytes(value)});
  Lanes lanes{};
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    lanes.at(i) = LoadBigEndian<std::uint64_t>(digest.data() + 8 * i);
  }
  return lanes;
}

}  // namespace idnode::audit
