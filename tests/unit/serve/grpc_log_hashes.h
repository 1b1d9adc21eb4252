// The hashes of RFC 9162, section 2.1.1, as its text has them and with nothing of ours: what an
// auditor with a library of his own comes to.
#pragma once

#include <openssl/sha.h>

#include <span>
#include <string>

namespace idnode::serve {

inline std::string Sha256(const std::string& octets) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

inline std::string HashOfLeaf(const std::string& leaf) {
  return Sha256(std::string(1, '\0') + leaf);
}

// What a leaf says of its payload (ledger/entry.h).
inline std::string CommitmentTo(const std::string& payload) { return Sha256('\x10' + payload); }

// MTH(D[n]).
inline std::string RootOf(std::span<const std::string> leaves) {
  if (leaves.empty()) return Sha256({});
  if (leaves.size() == 1) return HashOfLeaf(leaves.front());
  std::size_t left = 1;  // the largest power of two smaller than n
  while (left * 2 < leaves.size()) left *= 2;
  return Sha256('\x01' + RootOf(leaves.first(left)) + RootOf(leaves.subspan(left)));
}

}  // namespace idnode::serve
