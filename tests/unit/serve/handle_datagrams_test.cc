#include "serve/handle/datagrams.h"

#include <gtest/gtest.h>

#include <memory>

#include "allocation_count.h"
#include "handle/reassembly.h"
#include "serve/handle_fixture.h"

namespace idnode::serve {
namespace {

using handle::OpCode;
using handle::ResponseCode;

class HandleDatagramsTest : public HandleFixture {
 protected:
  void Serve(const std::vector<std::vector<std::uint8_t>>& datagrams) {
    packets_.clear();
    for (const auto& datagram : datagrams) {
      packets_.push_back({.peer = peer_.ToSocketAddress(), .octets = datagram});
    }
    replies_->Reset(packets_.size());
    handler_.OnBatch(packets_, *replies_);
  }

  // The response code of the only answer to the only request; -1 for silence.
  int CodeFor(const std::vector<std::uint8_t>& request) {
    Serve({request});
    if (replies_->all().empty()) return -1;
    EXPECT_EQ(replies_->all().size(), 1U);
    const auto answer = handle::DecodeMessage(replies_->all()[0].octets);
    EXPECT_TRUE(answer.ok());
    EXPECT_EQ(answer.value().envelope.request_id, 77U);
    return static_cast<int>(answer.value().header.response_code);
  }

  Endpoint peer_ = Endpoint::Parse("127.0.0.1:1").value();
  SourceLimits limits_{{.answers = 1, .octets = 1'000, .burst = std::chrono::seconds(5)}, {}};
  HandleDatagrams handler_{engine_, prefixes_, site_, clock_, limits_};
  std::vector<net::Packet> packets_;
  const std::unique_ptr<net::Replies> replies_ = std::make_unique<net::Replies>();
};

TEST_F(HandleDatagramsTest, AnswersWhatIsAsked) {
  EXPECT_EQ(CodeFor(Resolution("88.1/a")), 1);
  EXPECT_EQ(CodeFor(Resolution("88.1/b")), 100);
  EXPECT_EQ(CodeFor(Resolution("88.2/a")), 301);
  EXPECT_EQ(CodeFor(MessageOf({.op_code = OpCode::kGetSiteInfo}, {})), 1);
  const auto site = handle::DecodeMessage(replies_->all()[0].octets).value();
  EXPECT_EQ(site.header.site_serial, 3);
  EXPECT_EQ(std::vector(site.body.begin(), site.body.end()), (std::vector<std::uint8_t>{1, 2, 3}));
}

TEST_F(HandleDatagramsTest, RefusesWhatItDoesNotServe) {
  EXPECT_EQ(CodeFor(MessageOf({.op_code = OpCode::kCreateHandle}, {})), 5);
  EXPECT_EQ(CodeFor(MessageOf({.op_code = OpCode{4711}}, {})), 2);
  EXPECT_EQ(CodeFor(MessageOf({.op_code = OpCode{0}}, {})), 4);
  EXPECT_EQ(CodeFor(MessageOf({}, {})), 4) << "a resolution without a body";
  EXPECT_EQ(CodeFor(MessageOf({.recursion_count = 11}, {})), 6);
  EXPECT_EQ(CodeFor(MessageOf({}, {}, 5)), 500) << "no such session";
}

TEST_F(HandleDatagramsTest, IsSilentWhereAnAnswerCouldServeAnAttacker) {
  auto answer = Resolution("88.1/a");
  answer[27] = 1;  // a response code: it is an answer itself
  EXPECT_EQ(CodeFor(answer), -1);
  EXPECT_EQ(CodeFor({}), -1);
  EXPECT_EQ(CodeFor({1, 2, 3}), -1);
  auto cut = Resolution("88.1/a");
  cut.resize(cut.size() - 5);
  EXPECT_EQ(CodeFor(cut), -1);
  EXPECT_EQ(CodeFor(Resolution("88.1/" + std::string(600, 'x'))), -1) << "a request in pieces";
  EXPECT_EQ(handler_.silence().answers.get(), 1U);
  EXPECT_EQ(handler_.silence().malformed.get(), 3U);
  EXPECT_EQ(handler_.silence().pieces.get(), 1U);
}

TEST_F(HandleDatagramsTest, CutsALongAnswerAndLeavesOutOneThatIsTooLong) {
  Put("88.1/LONG", 5'000);
  Serve({Resolution("88.1/long")});
  ASSERT_GT(replies_->all().size(), 10U);
  const auto envelope = handle::DecodeEnvelope(replies_->all()[0].octets).value();
  handle::Reassembly whole(envelope);
  for (const auto& reply : replies_->all()) {
    EXPECT_LE(reply.octets.size(), handle::kMaxDatagram);
    ASSERT_TRUE(whole.Add(reply.octets).ok());
  }
  ASSERT_TRUE(whole.complete());
  EXPECT_EQ(handle::DecodeMessage(whole.message()).value().header.response_code,
            ResponseCode::kSuccess);

  Put("88.1/LONGER", 10'000);
  Serve({Resolution("88.1/longer"), Resolution("88.1/a")});
  ASSERT_EQ(replies_->all().size(), 1U);
  EXPECT_EQ(replies_->all()[0].packet, 1U) << "the others are answered";
  EXPECT_EQ(handler_.silence().too_long.get(), 1U);
}

TEST_F(HandleDatagramsTest, ASourceOverItsAllowanceMeetsSilenceUntilItIsProven) {
  peer_ = Endpoint::Parse("192.0.2.1:1").value();
  const std::vector<std::vector<std::uint8_t>> batch(8, Resolution("88.1/a"));
  Serve(batch);
  EXPECT_EQ(replies_->all().size(), 5U) << "one a second, five at once";
  EXPECT_EQ(handler_.silence().over_limit.get(), 3U);
  clock_.Advance(1'000);
  Serve(batch);
  EXPECT_EQ(replies_->all().size(), 1U);
  limits_.Prove(peer_.address, clock_.BootMs());
  Serve(batch);
  EXPECT_EQ(replies_->all().size(), 8U);
}

TEST_F(HandleDatagramsTest, ALongAnswerTakesItsOctetsOffTheAllowance) {
  Put("88.1/LONG", 2'000);
  peer_ = Endpoint::Parse("192.0.2.1:1").value();
  Serve(std::vector<std::vector<std::uint8_t>>(8, Resolution("88.1/long")));
  EXPECT_EQ(handler_.silence().over_limit.get(), 6U) << "5,000 octets are two such answers";
}

TEST_F(HandleDatagramsTest, LimitsThatAreNotEnforcedOnlyCount) {
  SourceLimits counting({.answers = 1, .enforced = false}, {});
  HandleDatagrams handler(engine_, prefixes_, site_, clock_, counting);
  peer_ = Endpoint::Parse("192.0.2.1:1").value();
  const auto request = Resolution("88.1/a");
  packets_.assign(8, {.peer = peer_.ToSocketAddress(), .octets = request});
  replies_->Reset(packets_.size());
  handler.OnBatch(packets_, *replies_);
  EXPECT_EQ(replies_->all().size(), 8U);
  EXPECT_EQ(handler.silence().over_limit.get(), 3U);
}

TEST_F(HandleDatagramsTest, AFullBatchGoesToTheRightPackets) {
  std::vector<std::vector<std::uint8_t>> batch;
  for (std::size_t i = 0; i < net::kBatch; ++i) {
    batch.push_back(i % 4 == 0 ? std::vector<std::uint8_t>{9}
                               : Resolution(i % 4 == 1 ? "88.1/a" : "88.1/b"));
  }
  Serve(batch);
  ASSERT_EQ(replies_->all().size(), net::kBatch * 3 / 4);
  for (const auto& [packet, octets] : replies_->all()) {
    EXPECT_NE(packet % 4, 0U);
    const auto code = handle::DecodeMessage(octets).value().header.response_code;
    EXPECT_EQ(code, packet % 4 == 1 ? ResponseCode::kSuccess : ResponseCode::kHandleNotFound);
  }
}

TEST_F(HandleDatagramsTest, AllocatesNothingOnceItIsWarm) {
  peer_ = Endpoint::Parse("192.0.2.1:1").value();
  limits_.Prove(peer_.address, clock_.BootMs());
  std::vector<std::vector<std::uint8_t>> batch;
  for (std::size_t i = 0; i < net::kBatch; ++i) {
    batch.push_back(Resolution(i % 2 == 0 ? "88.1/a" : "88.1/none",
                               handle::Header::kPublicOnly | handle::Header::kRequestDigest));
  }
  Serve(batch);
  const std::size_t before = Allocations();
  ASSERT_GT(before, 0U) << "so the count counts";
  replies_->Reset(packets_.size());
  handler_.OnBatch(packets_, *replies_);
  EXPECT_EQ(Allocations() - before, 0U);
  EXPECT_EQ(replies_->all().size(), net::kBatch);
}

}  // namespace
}  // namespace idnode::serve
