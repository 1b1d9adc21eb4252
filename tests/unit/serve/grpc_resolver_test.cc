// Resolving over a real connection, without a token.
#include "grpc_fixture.h"
#include "idnode/v1/resolver.grpc.pb.h"

namespace idnode::serve {
namespace {

using grpc::StatusCode;
using Resolver = v1::Resolver::Stub;

const std::string kPrefix = "88.118.1001";
const std::string kId = kPrefix + "/SKU-000017";
const std::string kHidden = kPrefix + "/hidden";

v1::Value ValueOf(std::uint32_t index, const std::string& type, const std::string& data) {
  v1::Value value;
  value.set_index(index);
  value.set_type(type);
  value.set_data(data);
  return value;
}

class GrpcResolverTest : public GrpcTest {
 protected:
  GrpcResolverTest() {
    AddPrefix(kPrefix);
    Admit("writer", {v1::SCOPE_REGISTER});
    v1::RegisterRequest request;
    request.set_identifier(kId);
    *request.add_values() = ValueOf(1, "URL", "https://example.com/17");
    *request.add_values() = ValueOf(2, "EMAIL", "desk@example.com");
    *request.add_values() = ValueOf(3, "88.118.part.colour", "red");
    v1::Value& restricted = *request.add_values();
    restricted = ValueOf(4, "URL", "https://example.com/administrators-only");
    restricted.set_permissions(12);
    v1::Value& rich = *request.add_values();
    rich = ValueOf(5, "NOTE", std::string("\x00\xff", 2));
    rich.set_ttl_s(600);
    rich.set_permissions(10);
    rich.add_references()->set_identifier("88.118/a");
    rich.mutable_references(0)->set_index(7);
    RegisterOne(request);

    v1::RegisterRequest hidden;
    hidden.set_identifier(kHidden);
    *hidden.add_values() = restricted;
    RegisterOne(hidden);
  }

  void RegisterOne(const v1::RegisterRequest& request) {
    const auto reply = Call(*registrar_, &v1::Registrar::Stub::Register, request, "writer");
    if (!reply.status.ok()) throw std::runtime_error(reply.code());
  }

  static v1::ResolveRequest Ask(const std::string& identifier,
                                const std::vector<std::uint32_t>& indexes = {},
                                const std::vector<std::string>& types = {}) {
    v1::ResolveRequest request;
    request.set_identifier(identifier);
    for (const std::uint32_t index : indexes) request.add_indexes(index);
    for (const std::string& type : types) request.add_types(type);
    return request;
  }

  Reply<v1::ResolveResponse> Resolve(const v1::ResolveRequest& request,
                                     const std::string& language = {}) {
    return Call(*resolver_, &Resolver::Resolve, request, "", language);
  }

  Reply<v1::BatchResolveResponse> Resolve(const std::vector<v1::ResolveRequest>& requests,
                                          const std::string& language = {}) {
    v1::BatchResolveRequest batch;
    for (const v1::ResolveRequest& request : requests) *batch.add_requests() = request;
    return Call(*resolver_, &Resolver::BatchResolve, batch, "", language);
  }

  // The indexes of the values that come back, "1 3"; or the code of the problem.
  std::string Indexes(const v1::ResolveRequest& request) {
    const auto reply = Resolve(request);
    if (!reply.status.ok()) return reply.code();
    std::string out;
    for (const v1::Value& value : reply.response.values()) {
      out += (out.empty() ? "" : " ") + std::to_string(value.index());
    }
    return out;
  }

  std::unique_ptr<v1::Resolver::Stub> resolver_ = v1::Resolver::NewStub(Connect());
};

TEST_F(GrpcResolverTest, AnswersWithThePublicValuesAsTheyWereRegistered) {
  // The suffix is folded, and the answer is spelt as the question was.
  const std::string asked = kPrefix + "/sku-000017";
  const auto reply = Resolve(Ask(asked));
  ASSERT_EQ(reply.code(), "(none)");
  EXPECT_EQ(reply.response.identifier(), asked);
  ASSERT_EQ(reply.response.values_size(), 4);
  const v1::Value& url = reply.response.values(0);
  EXPECT_EQ(url.index(), 1U);
  EXPECT_EQ(url.type(), "URL");
  EXPECT_EQ(url.data(), "https://example.com/17");
  EXPECT_EQ(url.ttl_s(), 86'400U);
  EXPECT_EQ(url.permissions(), 14U);
  EXPECT_EQ(url.timestamp_s(), kNow / 1'000);
  EXPECT_EQ(url.references_size(), 0);
  const v1::Value& note = reply.response.values(3);
  EXPECT_EQ(note.index(), 5U);
  EXPECT_EQ(note.data(), std::string("\x00\xff", 2));
  EXPECT_EQ(note.ttl_s(), 600U);
  EXPECT_EQ(note.permissions(), 10U);
  ASSERT_EQ(note.references_size(), 1);
  EXPECT_EQ(note.references(0).identifier(), "88.118/a");
  EXPECT_EQ(note.references(0).index(), 7U);
}

TEST_F(GrpcResolverTest, SelectsByIndexAndType) {
  EXPECT_EQ(Indexes(Ask(kId)), "1 2 3 5");
  EXPECT_EQ(Indexes(Ask(kId, {2})), "2");
  EXPECT_EQ(Indexes(Ask(kId, {5, 1, 5})), "1 5") << "in the order of the record, once";
  EXPECT_EQ(Indexes(Ask(kId, {}, {"email"})), "2") << "whatever its case";
  EXPECT_EQ(Indexes(Ask(kId, {}, {"88.118.part."})), "3") << "a type and its subtypes";
  EXPECT_EQ(Indexes(Ask(kId, {}, {"88.118.part"})), "values_not_found") << "this type alone";
  EXPECT_EQ(Indexes(Ask(kId, {1}, {"NOTE"})), "1 5") << "one or the other";
  EXPECT_EQ(Indexes(Ask(kId, {1, 4})), "1") << "the restricted one is left out";
}

TEST_F(GrpcResolverTest, IndexesThatNoValueHasFindNothing) {
  for (const std::uint32_t index : {0U, 6U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
    EXPECT_EQ(Indexes(Ask(kId, {index})), "values_not_found") << index;
  }
}

TEST_F(GrpcResolverTest, ARestrictedValueLooksLikeNone) {
  const auto restricted = Resolve(Ask(kId, {4}));
  const auto none = Resolve(Ask(kId, {6}));
  EXPECT_EQ(restricted.code(), "values_not_found");
  EXPECT_EQ(restricted.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(restricted.problem.SerializeAsString(), none.problem.SerializeAsString());
  EXPECT_EQ(restricted.status.error_message(), none.status.error_message());
  EXPECT_EQ(Indexes(Ask(kId, {}, {"URL"})), "1");
  EXPECT_EQ(Indexes(Ask(kHidden)), "values_not_found") << "it exists, and has nothing public";
  // A token makes no difference.
  Admit("all", {v1::SCOPE_READ, v1::SCOPE_ADMIN});
  EXPECT_EQ(Call(*resolver_, &Resolver::Resolve, Ask(kHidden), "all").code(), "values_not_found");
  EXPECT_EQ(Call(*resolver_, &Resolver::Resolve, Ask(kId), "guess").code(), "(none)");
}

TEST_F(GrpcResolverTest, SaysWhyThereIsNoAnswer) {
  const auto none = Resolve(Ask(kPrefix + "/none"));
  EXPECT_EQ(none.code(), "identifier_not_found");
  EXPECT_EQ(none.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(none.problem.field(), "identifier");
  EXPECT_NE(none.problem.cause().find(kPrefix + "/none"), std::string::npos);

  const auto elsewhere = Resolve(Ask("88.118.2002/a"));
  EXPECT_EQ(elsewhere.code(), "prefix_unknown");
  EXPECT_EQ(elsewhere.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(elsewhere.problem.parameters().at("prefix"), "88.118.2002");

  for (const std::string& malformed :
       {std::string(), std::string("no-slash"), std::string("88..1/a"), kPrefix + "/a\n",
        kPrefix + "/" + std::string(300, 'x')}) {
    const auto reply = Resolve(Ask(malformed));
    EXPECT_EQ(reply.code(), "identifier_malformed") << malformed;
    EXPECT_EQ(reply.status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(reply.problem.field(), "identifier");
  }

  const auto chinese = Resolve(Ask(kPrefix + "/none"), "zh-CN");
  EXPECT_EQ(chinese.code(), "identifier_not_found");
  EXPECT_NE(chinese.problem.cause().find("不存在"), std::string::npos);
}

TEST_F(GrpcResolverTest, ADeletedIdentifierIsNotFound) {
  v1::DeleteRequest request;
  request.set_identifier(kId);
  ASSERT_EQ(Call(*registrar_, &v1::Registrar::Stub::Delete, request, "writer").code(), "(none)");
  EXPECT_EQ(Indexes(Ask(kId)), "identifier_not_found");
  EXPECT_EQ(Register(kId, "writer").code(), "(none)");
  EXPECT_EQ(Indexes(Ask(kId)), "1");
}

TEST_F(GrpcResolverTest, NamesAtMost64IndexesAndTypes) {
  const std::vector<std::uint32_t> indexes(64, 1);
  const std::vector<std::string> types(64, "URL");
  EXPECT_EQ(Indexes(Ask(kId, indexes, types)), "1");
  auto request = Ask(kId, indexes);
  request.add_indexes(1);
  auto reply = Resolve(request);
  EXPECT_EQ(reply.code(), "batch_too_large");
  EXPECT_EQ(reply.problem.field(), "indexes");
  EXPECT_EQ(reply.problem.parameters().at("count"), "65");
  EXPECT_EQ(reply.problem.parameters().at("limit"), "64");
  request = Ask(kId, {}, types);
  request.add_types("URL");
  EXPECT_EQ(Resolve(request).problem.field(), "types");
}

TEST_F(GrpcResolverTest, ATypeThatNoValueCanHaveIsRefusedNotMistaken) {
  // Longer than any string of the handle protocol, which the question is translated to.
  const auto reply = Resolve(Ask(kId, {}, {"URL", std::string((1 << 20) + 1, 'T')}));
  EXPECT_EQ(reply.code(), "value_type_malformed");
  EXPECT_EQ(reply.problem.field(), "types[1]");
}

TEST_F(GrpcResolverTest, ABatchIsAnsweredInItsOrderEachForItself) {
  constexpr int kCount = 1'000;  // the most, and several times what is read at once
  std::vector<v1::ResolveRequest> requests;
  for (int i = 0; i < kCount; ++i) {
    switch (i % 7) {
      case 0:
        requests.push_back(Ask(kId, {1}));
        break;
      case 1:
        requests.push_back(Ask("no-slash-" + std::to_string(i)));
        break;
      case 2:
        requests.push_back(Ask(kPrefix + "/" + std::to_string(i)));
        break;
      case 3:
        requests.push_back(Ask("88.118.2002/" + std::to_string(i)));
        break;
      case 4:
        requests.push_back(Ask(kHidden));
        break;
      case 5:
        requests.push_back(Ask(kId, {}, {"EMAIL"}));
        break;
      default:
        requests.push_back(Ask(kId, std::vector<std::uint32_t>(65, 1)));
        break;
    }
  }
  const auto reply = Resolve(requests);
  ASSERT_EQ(reply.code(), "(none)");
  ASSERT_EQ(reply.response.results_size(), kCount);
  for (int i = 0; i < kCount; ++i) {
    const auto& result = reply.response.results(i);
    const std::string& code = result.problem().code();
    const std::string number = std::to_string(i);
    switch (i % 7) {
      case 0:
      case 5:
        ASSERT_EQ(result.response().values_size(), 1) << i << code;
        EXPECT_EQ(result.response().identifier(), kId);
        EXPECT_EQ(result.response().values(0).index(), i % 7 == 0 ? 1U : 2U) << i;
        break;
      case 1:
        EXPECT_EQ(code, "identifier_malformed") << i;
        break;
      case 2:
        EXPECT_EQ(code, "identifier_not_found") << i;
        break;
      case 3:
        EXPECT_EQ(code, "prefix_unknown") << i;
        break;
      case 4:
        EXPECT_EQ(code, "values_not_found") << i;
        break;
      default:
        EXPECT_EQ(code, "batch_too_large") << i;
        break;
    }
    if (i % 7 == 1 || i % 7 == 2) {
      EXPECT_NE(result.problem().cause().find(number), std::string::npos)
          << "another one's problem: " << result.problem().cause();
    }
  }
}

TEST_F(GrpcResolverTest, ABatchHasItsLimits) {
  EXPECT_EQ(Resolve(std::vector<v1::ResolveRequest>()).response.results_size(), 0);
  const auto reply = Resolve(std::vector<v1::ResolveRequest>(1'001, Ask(kId)));
  EXPECT_EQ(reply.code(), "batch_too_large");
  EXPECT_EQ(reply.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(reply.problem.field(), "requests");
  EXPECT_EQ(reply.problem.parameters().at("count"), "1001");
  EXPECT_EQ(reply.problem.parameters().at("limit"), "1000");
}

TEST_F(GrpcResolverTest, ABatchSpeaksTheCallersLanguage) {
  const auto reply = Resolve(std::vector<v1::ResolveRequest>{Ask(kPrefix + "/none")}, "zh");
  ASSERT_EQ(reply.response.results_size(), 1);
  EXPECT_NE(reply.response.results(0).problem().cause().find("不存在"), std::string::npos);
}

TEST_F(GrpcResolverTest, ABatchWhoseAnswersDoNotFitIntoAMessageSaysHowManyDo) {
  constexpr int kOctets = 40'000;
  const std::string large = kPrefix + "/large";
  ASSERT_EQ(Call(*registrar_, &v1::Registrar::Stub::Register, Row(large, std::string(kOctets, 'L')),
                 "writer")
                .code(),
            "(none)");
  std::vector<v1::ResolveRequest> requests(100, Ask(large));
  requests.push_back(Ask("no-slash"));
  const auto reply = Resolve(requests);
  ASSERT_EQ(reply.code(), "(none)") << "4 MiB is what a client takes by default";
  ASSERT_EQ(reply.response.results_size(), 101);
  int fit = 0;
  while (fit < 100 && reply.response.results(fit).has_response()) ++fit;
  EXPECT_EQ(fit, (3 << 20) / (kOctets + 60)) << "3 MiB";
  for (int i = fit; i < 100; ++i) {
    const v1::Problem& problem = reply.response.results(i).problem();
    ASSERT_EQ(problem.code(), "batch_too_large") << i;
    EXPECT_EQ(problem.parameters().at("limit"), std::to_string(fit));
  }
  EXPECT_EQ(reply.response.results(100).problem().code(), "identifier_malformed");
}

}  // namespace
}  // namespace idnode::serve
