#include "handle/answer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/hex.h"
#include "handle/reassembly.h"
#include "handle/resolution.h"
#include "handle/vectors.h"

namespace idnode::handle {
namespace {

constexpr Responder kResponder{.site_serial = 7, .now = 1'700'000'000};

// A request whose octets live as long as the fixture.
class AnswerTest : public testing::Test {
 protected:
  const Message& Request(std::uint32_t flags, Envelope envelope = {.request_id = 42}) {
    octets_.clear();
    std::vector<std::uint8_t> body;
    EncodeResolutionRequest("88/A", {}, {}, body);
    EncodeMessage(envelope, {.flags = flags, .recursion_count = 3}, body, octets_);
    request_ = DecodeMessage(octets_).value();
    return request_;
  }

  // `answer` as a stream carries it.
  static Message Whole(const Answer& answer, std::vector<std::uint8_t>& octets) {
    octets.clear();
    answer.AppendTo(octets);
    return DecodeMessage(octets).value();
  }

  std::vector<std::uint8_t> octets_;
  Message request_;
  std::vector<std::uint8_t> answer_;
};

TEST_F(AnswerTest, RepeatsSomeFlagsAndSetsItsOwn) {
  const std::uint32_t copied = Header::kCertify | Header::kEncrypt | Header::kCacheCertify |
                               Header::kPublicOnly | Header::kDoNotRefer;
  const std::uint32_t dropped =
      Header::kContinuous | Header::kKeepAlive | Header::kOverwrite | Header::kMint;
  const auto& request = Request(copied | dropped);
  const Message message =
      Whole(Answer::Error(request, kResponder, ResponseCode::kHandleNotFound, ""), answer_);
  EXPECT_EQ(message.header.flags, copied | Header::kAuthoritative | Header::kRecursive);
  EXPECT_EQ(message.header.recursion_count, 3);
  EXPECT_EQ(message.header.site_serial, 7);
  EXPECT_EQ(message.header.expiration, 1'700'043'200U);
  EXPECT_EQ(message.envelope.request_id, 42U);
}

TEST_F(AnswerTest, SpeaksTheVersionOfTheRequestAndSuggestsItsOwn) {
  const auto& request = Request(0, {.version = {2, 1}, .suggested = {2, 4}, .session_id = 9});
  const Message message =
      Whole(Answer::Error(request, kResponder, ResponseCode::kServerBackup, "away"), answer_);
  EXPECT_EQ(message.envelope.version, (Version{2, 4}));
  EXPECT_EQ(message.envelope.suggested, kOurVersion);
  EXPECT_EQ(message.envelope.session_id, 9U);
  EXPECT_EQ(message.header.response_code, ResponseCode::kPrefixReferral) << "7 before 2.5";
  EXPECT_EQ(DecodeErrorMessage(message.body, false).value(), "away");
}

TEST_F(AnswerTest, ADigestStandsInFrontOfErrorsToo) {
  const auto& request = Request(Header::kRequestDigest);
  const Message message =
      Whole(Answer::Error(request, kResponder, ResponseCode::kHandleNotFound, "no"), answer_);
  ASSERT_TRUE(message.header.Has(Header::kRequestDigest));
  const RequestDigest digest(request.digested, {2, 10});
  EXPECT_EQ(ToHex(message.body), ToHex(digest.octets()) + "000000026e6f");
}

TEST_F(AnswerTest, ARefusalIsAnErrorWithoutOperation) {
  const Message message = Whole(Answer::Refusal({.request_id = 0xFFFFFFFF}, kResponder,
                                                ResponseCode::kProtocolError, "what?"),
                                answer_);
  EXPECT_EQ(message.header.op_code, OpCode{0});
  EXPECT_EQ(message.header.response_code, ResponseCode::kProtocolError);
  EXPECT_EQ(message.envelope.request_id, 0xFFFFFFFF);
  EXPECT_EQ(message.envelope.version, kOurVersion);
  EXPECT_EQ(DecodeErrorMessage(message.body, false).value(), "what?");
}

std::vector<std::uint8_t> Join(const Answer::Datagram& datagram) {
  std::vector<std::uint8_t> out(datagram.envelope.begin(), datagram.envelope.end());
  for (const Bytes part : datagram.parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

// All sizes around the borders, so that every part is cut somewhere.
TEST_F(AnswerTest, DatagramsHoldTheMessageInPiecesOf492) {
  const auto& request = Request(Header::kRequestDigest);
  constexpr std::size_t kRest = kHeaderSize + 33 + 8 + 4;
  for (std::size_t size = 1; size <= 3 * kPieceSize; ++size) {
    const std::vector<std::uint8_t> values(size, static_cast<std::uint8_t>(size));
    const Answer answer = Answer::ToResolution(request, kResponder, "88/A", values);
    ASSERT_EQ(answer.size(), kRest + size);
    ASSERT_EQ(answer.datagrams(), (answer.size() + 491) / 492);
    Reassembly pieces(
        {.request_id = 42, .message_length = static_cast<std::uint32_t>(answer.size())});
    for (std::size_t i = answer.datagrams(); i-- > 0;) {
      const auto datagram = Join(answer.datagram(i));
      ASSERT_LE(datagram.size(), kMaxDatagram);
      const Envelope envelope = DecodeEnvelope(datagram).value();
      ASSERT_EQ(envelope.sequence_number, i);
      ASSERT_EQ(envelope.flags, answer.datagrams() > 1 ? Envelope::kTruncated : 0);
      ASSERT_FALSE(pieces.complete());
      ASSERT_TRUE(pieces.Add(datagram).ok());
    }
    ASSERT_TRUE(pieces.complete());
    Whole(answer, answer_);
    ASSERT_TRUE(std::equal(pieces.message().begin() + kEnvelopeSize, pieces.message().end(),
                           answer_.begin() + kEnvelopeSize, answer_.end()));
  }
}

TEST_F(AnswerTest, KnowsWhenItIsTooLong) {
  const auto& request = Request(0);
  const std::vector<std::uint8_t> most(kMaxMessageLength - kHeaderSize - 4);
  EXPECT_FALSE(Answer::ToGetSiteInfo(request, kResponder, most).too_long());
  const std::vector<std::uint8_t> more(most.size() + 1);
  EXPECT_TRUE(Answer::ToGetSiteInfo(request, kResponder, more).too_long());
}

TEST(Reassembly, RefusesWhatDoesNotFit) {
  const Envelope first{.request_id = 1, .message_length = 500};
  Reassembly pieces(first);
  const auto piece = [](Envelope envelope, std::size_t size) {
    const auto encoded = EncodeEnvelope(envelope);
    std::vector<std::uint8_t> out(encoded.begin(), encoded.end());
    out.resize(kEnvelopeSize + size, 0x55);
    return out;
  };
  Envelope other = first;
  other.request_id = 2;
  EXPECT_EQ(pieces.Add(piece(other, 492)).error().code, Errc::kConflict);
  other = first;
  other.message_length = 501;
  EXPECT_EQ(pieces.Add(piece(other, 492)).error().code, Errc::kConflict);
  other = first;
  other.sequence_number = 2;
  EXPECT_EQ(pieces.Add(piece(other, 8)).error().code, Errc::kMalformed);
  EXPECT_EQ(pieces.Add(piece(first, 491)).error().code, Errc::kMalformed);
  EXPECT_EQ(pieces.Add(piece(first, 493)).error().code, Errc::kMalformed);
  EXPECT_EQ(pieces.Add(Octets("020a")).error().code, Errc::kTruncated);
  EXPECT_TRUE(pieces.Add(piece(first, 492)).ok());
  EXPECT_TRUE(pieces.Add(piece(first, 492)).ok()) << "a second copy changes nothing";
  EXPECT_FALSE(pieces.complete());
  other = first;
  other.sequence_number = 1;
  EXPECT_EQ(pieces.Add(piece(other, 492)).error().code, Errc::kMalformed);
  EXPECT_TRUE(pieces.Add(piece(other, 8)).ok());
  EXPECT_TRUE(pieces.complete());
  EXPECT_EQ(pieces.message().size(), 520U);
}

TEST(Reassembly, AMessageWithoutOctetsIsOneDatagram) {
  Reassembly pieces(Envelope{.request_id = 1});
  EXPECT_FALSE(pieces.complete());
  EXPECT_TRUE(pieces.Add(EncodeEnvelope({.request_id = 1})).ok());
  EXPECT_TRUE(pieces.complete());
}

}  // namespace
}  // namespace idnode::handle
