#include "serve/handle/streams.h"

#include <gtest/gtest.h>

#include <string>

#include "serve/handle_fixture.h"

namespace idnode::serve {
namespace {

using handle::OpCode;
using handle::ResponseCode;
using net::StreamTrouble;

class HandleStreamsTest : public HandleFixture {
 protected:
  // The answers in `octets`, one after the other.
  static std::vector<handle::Message> Split(Bytes octets) {
    std::vector<handle::Message> messages;
    while (!octets.empty()) {
      const auto envelope = handle::DecodeEnvelope(octets);
      if (!envelope.ok()) throw std::runtime_error(envelope.error().what);
      const std::size_t size = handle::kEnvelopeSize + envelope.value().message_length;
      messages.push_back(handle::DecodeMessage(octets.first(size)).value());
      octets = octets.subspan(size);
    }
    return messages;
  }

  // The only answer to `request`.
  handle::Message Ask(const std::vector<std::uint8_t>& request) {
    reply_.clear();
    handler_.Answer(request, {}, reply_);
    const auto messages = Split(reply_);
    EXPECT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages.at(0).envelope.request_id, 77U);
    return messages.at(0);
  }
  int CodeFor(const std::vector<std::uint8_t>& request) {
    return static_cast<int>(Ask(request).header.response_code);
  }

  // The code of the last word, and of which request it speaks.
  std::pair<int, std::uint32_t> LastWord(StreamTrouble trouble, Bytes received) {
    reply_.clear();
    handler_.Refuse(trouble, received, reply_);
    const handle::Message message = Split(reply_).at(0);
    EXPECT_EQ(message.header.op_code, OpCode{0});
    EXPECT_FALSE(handle::DecodeErrorMessage(message.body, false).value().empty());
    return {static_cast<int>(message.header.response_code), message.envelope.request_id};
  }

  SourceLimits limits_{{}, {}};
  HandleStreams handler_{engine_, prefixes_, site_, clock_, limits_};
  std::vector<std::uint8_t> reply_;
};

TEST_F(HandleStreamsTest, AnswersAsOverUdp) {
  const handle::Message found = Ask(Resolution("88.1/a"));
  EXPECT_EQ(found.header.response_code, ResponseCode::kSuccess);
  const auto answer = handle::DecodeResolutionAnswer(found.body, false);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer.value().identifier, "88.1/a") << "as it was asked";
  EXPECT_EQ(answer.value().values.size(), 1U);
  EXPECT_EQ(CodeFor(Resolution("88.1/b")), 100);
  EXPECT_EQ(CodeFor(Resolution("88.2/a")), 301);
  EXPECT_EQ(CodeFor(MessageOf({.op_code = OpCode::kGetSiteInfo}, {})), 1);
  EXPECT_EQ(CodeFor(MessageOf({.op_code = OpCode::kSessionSetup}, {})), 5);
  EXPECT_EQ(CodeFor(MessageOf({}, {}, 5)), 500) << "no such session";
}

TEST_F(HandleStreamsTest, ARequestProvesThePeerForUdp) {
  const Address peer = Endpoint{}.address;  // as Ask() says
  ASSERT_TRUE(limits_.Take(peer, 2'000'000, clock_.BootMs()));
  ASSERT_FALSE(limits_.Take(peer, 2'000'000, clock_.BootMs()));
  auto cut = Resolution("88.1/b");
  cut.pop_back();
  handler_.Answer(cut, {}, reply_);
  EXPECT_FALSE(limits_.Take(peer, 2'000'000, clock_.BootMs()));
  EXPECT_EQ(CodeFor(Resolution("88.1/b")), 100);
  EXPECT_TRUE(limits_.Take(peer, 2'000'000, clock_.BootMs()));
}

TEST_F(HandleStreamsTest, RestrictedValuesAreLeftOutOrDecide) {
  Put("88.1/SECRET", 10, handle::permission::kAdminRead);
  Put("88.1/SEALED", 10, 0);
  EXPECT_EQ(CodeFor(Resolution("88.1/secret")), 200);
  EXPECT_EQ(CodeFor(Resolution("88.1/secret", 0)), 5) << "nobody can authenticate yet";
  EXPECT_EQ(CodeFor(Resolution("88.1/sealed", 0)), 401);
}

TEST_F(HandleStreamsTest, TakesAnAnswerAsLongAsTheProtocolLetsIt) {
  Put("88.1/LONG", 250'000);
  EXPECT_EQ(Ask(Resolution("88.1/long")).header.response_code, ResponseCode::kSuccess);
  Put("88.1/LONGER", 262'144);
  EXPECT_EQ(CodeFor(Resolution("88.1/longer")), 2) << "and says so instead of sending it";
}

TEST_F(HandleStreamsTest, AppendsToEarlierAnswers) {
  handler_.Answer(Resolution("88.1/a"), {}, reply_);
  handler_.Answer(Resolution("88.1/b"), {}, reply_);
  const auto messages = Split(reply_);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].header.response_code, ResponseCode::kSuccess);
  EXPECT_EQ(messages[1].header.response_code, ResponseCode::kHandleNotFound);
}

TEST_F(HandleStreamsTest, SaysWhatItCannotRead) {
  auto broken = Resolution("88.1/a");
  broken[handle::kEnvelopeSize + 23] = 0xFF;  // a body longer than the message
  EXPECT_EQ(CodeFor(broken), 4);
  auto answer = Resolution("88.1/a");
  answer[27] = 1;
  EXPECT_EQ(CodeFor(answer), 4) << "an answer is no question";
  auto encrypted = Resolution("88.1/a");
  encrypted[2] |= handle::Envelope::kEncrypted;
  EXPECT_EQ(CodeFor(encrypted), 500) << "above 499 clients start anew, without a session";
}

TEST_F(HandleStreamsTest, HoldsTheLimitOfConditions) {
  for (const std::size_t count : {1'024U, 1'025U}) {
    const std::vector<std::int32_t> indexes(count / 2, 1);
    const std::vector<std::string_view> types(count - count / 2, "T");
    std::vector<std::uint8_t> body;
    handle::EncodeResolutionRequest("88.1/a", indexes, types, body);
    EXPECT_EQ(CodeFor(MessageOf({}, body)), count == 1'024 ? 1 : 4);
  }
}

TEST_F(HandleStreamsTest, KnowsHowMuchFollowsAnEnvelope) {
  auto request = Resolution("88.1/a");
  const Bytes envelope = Bytes(request).first(handle::kEnvelopeSize);
  EXPECT_EQ(handler_.header_size(), handle::kEnvelopeSize);
  EXPECT_EQ(handler_.BodySize(envelope).value(), request.size() - handle::kEnvelopeSize);
  request[16] = 1;
  EXPECT_EQ(handler_.BodySize(envelope).error().code, Errc::kTooLarge);
  request[0] = 'G';
  EXPECT_EQ(handler_.BodySize(envelope).error().code, Errc::kMalformed);
}

TEST_F(HandleStreamsTest, TheLastWordSaysWhatWasWrong) {
  constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  const auto request = Resolution("88.1/a");
  auto long_one = request;
  long_one[16] = 1;
  EXPECT_EQ(LastWord(StreamTrouble::kHeader, Bytes(long_one).first(20)), std::pair(2, kNone));
  EXPECT_EQ(LastWord(StreamTrouble::kTruncated, Bytes(request).first(30)), std::pair(4, 77U));
  EXPECT_EQ(LastWord(StreamTrouble::kTimeout, Bytes(request).first(30)), std::pair(4, 77U));
  EXPECT_EQ(LastWord(StreamTrouble::kTruncated, Bytes(request).first(3)), std::pair(4, kNone));
}

}  // namespace
}  // namespace idnode::serve
