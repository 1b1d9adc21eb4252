#include "crypto/rsa_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "base/hex.h"
#include "base/small_file.h"
#include "temporary_directory.h"

namespace idnode::crypto {
namespace {

// openssl genrsa -traditional 1024; a key for this test alone.
constexpr std::string_view kPkcs1 = R"(-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQCqxUZ4t9ZIaEdmsYr5+ew9xnCALCzXVya6UF0XYwNz2yC0DyLa
sQ4i8swVVPRU1TmsZqJ7j4j1v7kQ3zNy1nX10qIPSLMIc/AMLm3cHGu9PUv349lD
hs4F9w0+mAu/kawDfI8TPLBGjfclYGrOYsAQJHo2INxCi0vqjMd1KEfavwIDAQAB
AoGAZr5GRf8lN2819j0/hmKtlgU8ToFFgVH4BQSw3Y8+1oeyR2ML71OzU6eMzhDM
5/VZu7YMcBbNqj1tlQ8VHzSUxxQFSw0aiHQJuaaPJcAdnLcPx5Shag8AkNhkHozZ
uW6yKF3XszpiJnwgtN3ooCCAq28R1RoA1FFfa1EqAz4wbIECQQDWTKygMthl9BxH
HC92aK+aBr3+CRxrJS38oPSAEByYeDNhXsVrmW3SA19fdsRXRiLJQSxe9JVuf/LU
V9KHOw5fAkEAzAA1pkUfJPdrnDVaHtDcV5p4AKI7sxmX/qZdifoQR1yrgFrMCzOJ
tJhQObbT2degqxyMPsGuDyAN5SXdWJvPoQJAHlq//PUWx+I6+yuX4XrUnMmlsc0S
lG6ww978owMlOceU547oAeS6tIu7v6bwCriphr5PjaexXvSKrd8+t976mwJBAKDI
hYBPuFVFYJ4UerwQ96lgCLbPJuhpAp/k9ZJa8duc0VrvtSQa8azR42EplN18Epjq
fiq0MgCfzfPOHR/KZiECQQCnOj+QJtzOjI+gX8Zt9ZZuIECkBi5mJEnppy3TJX4L
dTTdJFvXm+NSxdZBAIjQIuwQOMmrUt+qN8e7vd5eIgV8
-----END RSA PRIVATE KEY-----
)";
constexpr std::string_view kModulus =
    "aac54678b7d648684766b18af9f9ec3dc670802c2cd75726ba505d17630373db"
    "20b40f22dab10e22f2cc1554f454d539ac66a27b8f88f5bfb910df3372d675f5"
    "d2a20f48b30873f00c2e6ddc1c6bbd3d4bf7e3d94386ce05f70d3e980bbf91ac"
    "037c8f133cb0468df725606ace62c010247a3620dc428b4bea8cc7752847dabf";
constexpr std::string_view kPkcs8 = R"(-----BEGIN PRIVATE KEY-----
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAKrFRni31khoR2ax
ivn57D3GcIAsLNdXJrpQXRdjA3PbILQPItqxDiLyzBVU9FTVOaxmonuPiPW/uRDf
M3LWdfXSog9Iswhz8Awubdwca709S/fj2UOGzgX3DT6YC7+RrAN8jxM8sEaN9yVg
as5iwBAkejYg3EKLS+qMx3UoR9q/AgMBAAECgYBmvkZF/yU3bzX2PT+GYq2WBTxO
gUWBUfgFBLDdjz7Wh7JHYwvvU7NTp4zOEMzn9Vm7tgxwFs2qPW2VDxUfNJTHFAVL
DRqIdAm5po8lwB2ctw/HlKFqDwCQ2GQejNm5brIoXdezOmImfCC03eigIICrbxHV
GgDUUV9rUSoDPjBsgQJBANZMrKAy2GX0HEccL3Zor5oGvf4JHGslLfyg9IAQHJh4
M2FexWuZbdIDX192xFdGIslBLF70lW5/8tRX0oc7Dl8CQQDMADWmRR8k92ucNVoe
0NxXmngAojuzGZf+pl2J+hBHXKuAWswLM4m0mFA5ttPZ16CrHIw+wa4PIA3lJd1Y
m8+hAkAeWr/89RbH4jr7K5fhetScyaWxzRKUbrDD3vyjAyU5x5TnjugB5Lq0i7u/
pvAKuKmGvk+Np7Fe9Iqt3z633vqbAkEAoMiFgE+4VUVgnhR6vBD3qWAIts8m6GkC
n+T1klrx25zRWu+1JBrxrNHjYSmU3XwSmOp+KrQyAJ/N884dH8pmIQJBAKc6P5Am
3M6Mj6Bfxm31lm4gQKQGLmYkSemnLdMlfgt1NN0kW9eb41LF1kEAiNAi7BA4yatS
36o3x7u93l4iBXw=
-----END PRIVATE KEY-----
)";
constexpr std::string_view kWithPassphrase = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIIC3TBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIqlMeYiGN3k4CAggA
MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBBw8pBZjjbgEgz55cB3Vem7BIIC
gPV0FxzJEiAEz726a7TbOp0HJbzDPt8v0jfCPe2gStmua6M1FXgCoWflL0NIMI1G
SMsLpLdCrOfMgzw/AOsxs0KsKZm/AP1vtNi8pJKefHo6N/abj8tbIzbF+NnkzcpK
gjkqmrz/zesS8ubQkx/ELOsnbp35SS2nZZpirw9LuZnG5GXaffeCRcj8caitZJKH
2Qm2az1BbmqGGd+8jG/Zlb0MB7DMeqGe0Ie3uo0F/URRpouYBzUnm6N69PXqSY+r
WwPJN6gJXuEqu0H0UF8tV4wXYTwz1vy4E3oYADCAdWQl61xmkWznl98mFm6W4V9I
XNV5ruh8Sog2iQSfkRIfXO9OWTGT/RAPub2snqUmLMxB/HSTtHkmvzc6JSekbk+e
3//jJh1YDAgdKbLy711ghYH1W6Ei+s8YH4D5feCafbljeiwDxDBrNmOedFP7Zx4Z
IfrAXgXnQwLGVjBmae/fUULKy+MyOFn867Z+CwZlJLFfjxYC1t1g4g/Dp4Dq6lEl
8NmFGGn2Voqh2obNuXxq+ZwF63lMRDo+AxlpoHXuhK7mHelVF+L4LJqfsYxq1Br9
EgN26Rt6g7bPvQyTO2WkGXnYo335PNiFSTxy7Rlev3FWPFOU+LG3Pf1rl36DNpjS
Dgf63d5Wq7CMK108bMKg+hvYk3PJ/qlaKzpRo2J1LWm4OEUVAdjmheEND472mPc1
VUa9ugWdqVFwYTZv34B8GOZ1SM4EDUhZLivHm4zuFoKFmxFQx6RjowcBSqgyAW0y
y2yThbtE8hMZ3IG425/UthOjZAoDjYNMjurPz+Os+B5F/iDLldeaKiWekmYCSDZr
4418m1U8h623tiYmEEkB8fU=
-----END ENCRYPTED PRIVATE KEY-----
)";
constexpr std::string_view kElliptic = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfVwFY3sV9QtvcGMO
R0LtndZxGcpsL1mDYbl/9ZF5X1ShRANCAAQl/CYZS/4XpuCmpIpOyEWaGaXkWWSA
TIfeNdcUq1zjDatulhNbM+Yv01U1vfpxovOYUgCh7+g+iWhDuNa/rNqr
-----END PRIVATE KEY-----
)";
constexpr std::string_view kShort = R"(-----BEGIN PRIVATE KEY-----
MIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEA0ZdZzSWurqSjrfjm
CMd2bFk7pdua4vsxLDoGDD35VAIXtZBMzXd25/QW6S7FAIrFQc5c4pg/hvMCLGPR
PEwJVQIDAQABAkAWXgKVZBoaRTO6kz9pXHAE7BjzgFYtNwVuZNrUX6DGGCmRjXd/
347j+ZywJAmUFv5WOiPkfbrjIbLamWdhWPyBAiEA9A98apYqbvVUWe2vaO2hKzGE
lGAfgOsDbH02Jbmb/RECIQDb2C+EUUALssUx+VkVWkRcc/oO1k5O3acvVPrK9h6Y
BQIhAK8An7UKAllX3ukw7tNteWCwfCGsn0pgui7DxdzdL8YRAiEAua3FtEPLjBXZ
Z3PqQZaT1mI9+PoX+ZRL+DYV/AYToOECIQCZRGxAURYUQA9W/nG5wF7wo0SlKMZA
k3NcSxVcR4F0wA==
-----END PRIVATE KEY-----
)";

TEST(RsaKey, ReadsBothForms) {
  for (const std::string_view pem : {kPkcs1, kPkcs8}) {
    const auto key = RsaKey::Parse(pem);
    ASSERT_TRUE(key.ok()) << key.error().what;
    EXPECT_EQ(ToHex(key.value().public_exponent()), "010001");
    EXPECT_EQ(ToHex(key.value().modulus()), kModulus);
  }
}

TEST(RsaKey, WritesPkcs8) { EXPECT_EQ(RsaKey::Parse(kPkcs1).value().ToPem(), kPkcs8); }

TEST(RsaKey, SaysWhatItCannotRead) {
  EXPECT_EQ(RsaKey::Parse("").error().code, Errc::kMalformed);
  EXPECT_EQ(RsaKey::Parse(kPkcs8.substr(0, 300)).error().code, Errc::kMalformed);
  EXPECT_EQ(RsaKey::Parse(kElliptic).error().code, Errc::kMalformed);
  EXPECT_EQ(RsaKey::Parse(kShort).error().code, Errc::kTooLarge);
  EXPECT_EQ(RsaKey::Parse(kWithPassphrase).error().code, Errc::kDenied);
}

TEST(RsaKey, IsMadeOnceAndThenRead) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "server.key";
  EXPECT_EQ(RsaKey::Load(path).error().code, Errc::kNotFound);
  const auto made = RsaKey::LoadOrGenerate(path);
  ASSERT_TRUE(made.ok()) << made.error().what;
  EXPECT_EQ(made.value().modulus().size(), 256U);
  const auto read = RsaKey::LoadOrGenerate(path);
  ASSERT_TRUE(read.ok()) << read.error().what;
  EXPECT_EQ(ToHex(read.value().modulus()), ToHex(made.value().modulus()));

  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST(RsaKey, AnUnreadableFileIsNotReplaced) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "server.key";
  ASSERT_TRUE(WriteFile(path, "not a key", 0600).ok());
  EXPECT_EQ(RsaKey::LoadOrGenerate(path).error().code, Errc::kMalformed);
  EXPECT_EQ(ReadFile(path, 100).value(), "not a key");
}

}  // namespace
}  // namespace idnode::crypto
