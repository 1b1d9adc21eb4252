#include "serve/grpc/problem_status.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace idnode::serve {
namespace {

using registry::Category;
using registry::Code;
using registry::Problem;

TEST(ProblemStatus, EveryCategoryHasAStatusOfItsOwn) {
  const std::map<Category, grpc::StatusCode> expected{
      {Category::kInvalid, grpc::StatusCode::INVALID_ARGUMENT},
      {Category::kUnauthenticated, grpc::StatusCode::UNAUTHENTICATED},
      {Category::kDenied, grpc::StatusCode::PERMISSION_DENIED},
      {Category::kNotFound, grpc::StatusCode::NOT_FOUND},
      {Category::kExists, grpc::StatusCode::ALREADY_EXISTS},
      {Category::kConflict, grpc::StatusCode::FAILED_PRECONDITION},
      {Category::kBusy, grpc::StatusCode::RESOURCE_EXHAUSTED},
      {Category::kUnavailable, grpc::StatusCode::UNAVAILABLE},
      {Category::kUnknown, grpc::StatusCode::UNKNOWN},
      {Category::kInternal, grpc::StatusCode::INTERNAL},
  };
  std::set<grpc::StatusCode> seen;
  for (const auto& [category, status] : expected) {
    EXPECT_EQ(StatusCodeOf(category), status);
    seen.insert(status);
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(Category::kInternal) + 1);
}

TEST(ProblemStatus, EveryCodeIsRefusedInBothLanguages) {
  for (std::size_t i = 0; i < registry::kCodes; ++i) {
    const Problem problem{.code = static_cast<Code>(i), .field = "values[3].type"};
    for (const Language language : {Language::kEnglish, Language::kChinese}) {
      const grpc::Status status = StatusOf(problem, language);
      EXPECT_FALSE(status.ok()) << problem.name();
      EXPECT_EQ(status.error_message(), problem.Cause(language) + " " + problem.Fix(language));
      v1::Problem out;
      ToProto(problem, language, out);
      EXPECT_EQ(out.code(), problem.name());
      EXPECT_EQ(out.field(), "values[3].type");
      EXPECT_EQ(out.cause(), problem.Cause(language));
      EXPECT_EQ(out.fix(), problem.Fix(language));
    }
  }
}

TEST(ProblemStatus, ParametersKeepTheirNames) {
  const Problem problem{.code = Code::kIdentifierExists,
                        .parameters = {{"identifier", "88.1/a"}, {"seq", "17"}}};
  v1::Problem out;
  ToProto(problem, Language::kChinese, out);
  EXPECT_EQ(out.parameters().size(), 2U);
  EXPECT_EQ(out.parameters().at("identifier"), "88.1/a");
  EXPECT_EQ(out.parameters().at("seq"), "17");
  EXPECT_NE(out.cause().find("17"), std::string::npos);
}

}  // namespace
}  // namespace idnode::serve
