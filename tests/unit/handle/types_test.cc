#include "handle/types.h"

#include <gtest/gtest.h>

namespace idnode::handle {
namespace {

TEST(IsOfType, TakesTheTypeAndItsSubtypes) {
  for (const char* type : {"HS_ADMIN", "hs_admin", "HS_ADMIN.X", "Hs_Admin.", "HS_ADMIN.X.Y"}) {
    EXPECT_TRUE(IsOfType(type, kHsAdmin)) << type;
  }
  for (const char* type : {"", "HS_ADMI", "HS_ADMINS", "HS_ADMIN_X", "X.HS_ADMIN"}) {
    EXPECT_FALSE(IsOfType(type, kHsAdmin)) << type;
  }
}

TEST(IsSecretType, CountsSubtypesToo) {
  EXPECT_TRUE(IsSecretType("HS_SECKEY"));
  EXPECT_TRUE(IsSecretType("hs_seckey.old"));
  EXPECT_FALSE(IsSecretType("HS_PUBKEY"));
}

struct Row {
  const char* wanted;
  const char* type;
  bool selected;
};

TEST(SelectsType, FollowsTheRuleOfTheTrailingDot) {
  for (const auto& [wanted, type, selected] :
       {Row{"URL", "URL", true}, Row{"url", "URL", true}, Row{"URL", "URLS", false},
        Row{"URL", "URL.X", false}, Row{"HS_SITE", "HS_SITE.6", false},
        Row{"CN.PART.", "CN.PART", true}, Row{"cn.part.", "CN.PART", true},
        Row{"CN.PART.", "CN.PART.MATERIAL", true}, Row{"CN.PART.", "cn.part.x", true},
        Row{"CN.PART.", "CN.PARTS", false}, Row{"CN.PART.", "CN", false},
        Row{"CN.PART.", "CN.PART.", true}, Row{"", "", false}, Row{".", "", false},
        Row{"", "URL", false}, Row{".", "URL", false}, Row{".", ".X", true}}) {
    EXPECT_EQ(SelectsType(wanted, type), selected) << wanted << " and " << type;
  }
}

}  // namespace
}  // namespace idnode::handle
