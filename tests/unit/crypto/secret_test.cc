#include "crypto/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace idnode::crypto {
namespace {

TEST(Secret, IsATagAndUnguessableCharacters) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::set<std::string> secrets;
  std::set<char> digits;
  for (int i = 0; i < 100; ++i) {
    const std::string secret = MakeSecret();
    ASSERT_TRUE(secret.starts_with(kSecretTag));
    const std::string rest = secret.substr(kSecretTag.size());
    EXPECT_EQ(rest.size(), 43U) << "256 bits at 6 a character";
    EXPECT_EQ(rest.find_first_not_of(kDigits), std::string::npos);
    digits.insert(rest.begin(), rest.end());
    secrets.insert(secret);
  }
  EXPECT_EQ(secrets.size(), 100U);
  EXPECT_EQ(digits.size(), kDigits.size()) << "each of them, among 4,300";
}

}  // namespace
}  // namespace idnode::crypto
