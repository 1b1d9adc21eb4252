// Every recorded exchange, read and written again: our octets against those of HANDLE.NET 9.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/hex.h"
#include "handle/answer.h"
#include "handle/reassembly.h"
#include "handle/resolution.h"
#include "handle/vectors.h"

namespace idnode::handle {
namespace {

using Json = nlohmann::json;

// A message of an exchange: its octets with one envelope, and what the other decoder made of it.
struct Recorded {
  std::string dir;
  std::vector<std::uint8_t> octets;
  Json decoded;
};

// Puts the pieces of datagrams together.
std::vector<Recorded> Messages(const Json& file) {
  std::vector<Recorded> out;
  std::optional<Reassembly> pieces;
  for (const Json& item : file["exchange"]) {
    auto octets = Octets(item["hex"].get<std::string>());
    if (file["transport"] == "udp") {
      if (!pieces) pieces.emplace(DecodeEnvelope(octets).value());
      EXPECT_TRUE(pieces->Add(octets).ok());
      if (!pieces->complete()) continue;
      octets.assign(pieces->message().begin(), pieces->message().end());
      pieces.reset();
    }
    out.push_back({item["dir"], std::move(octets), item["decoded"]});
  }
  return out;
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry : ListVectors("open")) {
    if (LoadVectors("open/" + entry).is_object()) names.push_back(entry);
  }
  return names;
}

class Exchange : public testing::TestWithParam<std::string> {
 protected:
  const Json file_ = LoadVectors("open/" + GetParam());
  const std::vector<Recorded> messages_ = Messages(file_);
};

std::string Text(Version version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

void ExpectEnvelope(const Envelope& envelope, const Json& expected) {
  EXPECT_EQ(Text(envelope.version), expected["version"].get<std::string>());
  EXPECT_EQ(Text(envelope.suggested), expected["suggested"].get<std::string>());
  EXPECT_EQ((envelope.flags & Envelope::kTruncated) != 0, expected["truncated"] != 0);
  EXPECT_EQ(envelope.session_id, expected["session_id"].get<std::uint32_t>());
  EXPECT_EQ(envelope.request_id, expected["request_id"].get<std::uint32_t>());
  EXPECT_EQ(envelope.message_length, expected["message_length"].get<std::uint32_t>());
}

void ExpectHeader(const Header& header, const Json& expected) {
  EXPECT_EQ(static_cast<int>(header.op_code), expected["op_code"].get<int>());
  EXPECT_EQ(static_cast<int>(header.response_code), expected["response_code"].get<int>());
  EXPECT_EQ(header.site_serial, expected["site_serial"].get<int>());
  EXPECT_EQ(header.recursion_count, expected["recursion"].get<int>());
  EXPECT_EQ(header.expiration, expected["expiration"].get<std::uint32_t>());
  EXPECT_EQ(header.body_length, expected["body_length"].get<std::uint32_t>());
  const std::uint32_t flags =
      static_cast<std::uint32_t>(std::stoul(expected["flags_hex"].get<std::string>(), nullptr, 16));
  EXPECT_EQ(header.flags, flags);
}

TEST_P(Exchange, EveryMessageDecodesAsRecorded) {
  for (const Recorded& recorded : messages_) {
    if (!recorded.decoded.contains("message")) continue;  // octets that are no message
    const auto decoded = DecodeMessage(recorded.octets);
    ASSERT_TRUE(decoded.ok()) << decoded.error().what << " at " << decoded.error().detail;
    ExpectEnvelope(decoded.value().envelope, recorded.decoded["envelope"]);
    ExpectHeader(decoded.value().header, recorded.decoded["message"]);
    EXPECT_EQ(decoded.value().credential.size(),
              recorded.decoded["message"]["credential_length"].get<std::size_t>());
    if (decoded.value().credential.empty()) {
      std::vector<std::uint8_t> encoded;
      EncodeMessage(decoded.value().envelope, decoded.value().header, decoded.value().body,
                    encoded);
      EXPECT_EQ(ToHex(encoded), ToHex(recorded.octets));
    } else {
      const auto credential = DecodeCredential(decoded.value().credential);
      ASSERT_TRUE(credential.ok()) << credential.error().what;
      EXPECT_EQ(credential.value().type, "HS_SIGNED");
      EXPECT_EQ(credential.value().digest_algorithm, "SHA-256");
      EXPECT_EQ(credential.value().signature.size(), 256U);
    }
  }
}

TEST_P(Exchange, EveryPrefixOfEveryMessageIsRefused) {
  for (const Recorded& recorded : messages_) {
    if (!recorded.decoded.contains("message")) continue;
    for (std::size_t size = 0; size < recorded.octets.size(); ++size) {
      ASSERT_FALSE(DecodeMessage(Bytes(recorded.octets).first(size)).ok()) << size << " octets";
    }
  }
}

TEST_P(Exchange, ResolutionRequestsDecodeAsRecorded) {
  for (const Recorded& recorded : messages_) {
    if (recorded.dir != "c2s" || !recorded.decoded.contains("message")) continue;
    const Json& expected = recorded.decoded["message"];
    if (expected["op_code"] != 1) continue;
    const Message message = DecodeMessage(recorded.octets).value();
    const auto decoded = DecodeResolutionRequest(message.body);
    ASSERT_TRUE(decoded.ok()) << decoded.error().what;
    EXPECT_EQ(decoded.value().identifier, expected["body"]["handle"].get<std::string>());
    std::vector<std::int32_t> indexes;
    for (const auto index : decoded.value().indexes) indexes.push_back(index);
    EXPECT_EQ(indexes, expected["body"]["indexes"].get<std::vector<std::int32_t>>());
    std::vector<std::string_view> types;
    std::vector<std::string> owned;
    for (const auto type : decoded.value().types) {
      types.push_back(type);
      owned.emplace_back(type);
    }
    EXPECT_EQ(owned, expected["body"]["types"].get<std::vector<std::string>>());

    std::vector<std::uint8_t> encoded;
    EncodeResolutionRequest(decoded.value().identifier, indexes, types, encoded);
    EXPECT_EQ(ToHex(encoded), ToHex(message.body));
  }
}

void ExpectValues(const ValueList& values, const Json& expected) {
  ASSERT_EQ(values.size(), expected.size());
  std::size_t position = 0;
  for (const Value& value : values) {
    const Json& row = expected[position++];
    EXPECT_EQ(value.index, row["index"].get<int>());
    EXPECT_EQ(value.timestamp, row["timestamp"].get<std::uint32_t>());
    EXPECT_EQ(static_cast<int>(value.ttl_type), row["ttl_type"].get<int>());
    EXPECT_EQ(value.ttl, row["ttl"].get<int>());
    EXPECT_EQ(value.permissions, row["perm"].get<int>());
    EXPECT_EQ(value.type, row["type"].get<std::string>());
    const std::string data = row["data_hex"];
    const bool cut_off = data.ends_with(")");  // as long ones are
    if (!cut_off) {
      EXPECT_EQ(ToHex(value.data), data);
    }
    EXPECT_EQ(value.references.size(), row["refs"].size());
  }
}

// The answer that our code makes, given the same content. What a certified one has more, and TC,
// are not compared.
Answer OurAnswer(const Message& request, const Message& recorded, std::string& text) {
  const Responder responder{recorded.header.site_serial,
                            recorded.header.expiration - kMessageLifetime};
  const bool has_digest = recorded.header.Has(Header::kRequestDigest);
  Reader in(recorded.body);
  if (has_digest) ReadRequestDigest(in);
  const Bytes body = recorded.body.subspan(in.offset());
  if (recorded.header.response_code != ResponseCode::kSuccess) {
    text = DecodeErrorMessage(recorded.body, has_digest).value();
    return Answer::Error(request, responder, recorded.header.response_code, text);
  }
  if (recorded.header.op_code == OpCode::kGetSiteInfo) {
    return Answer::ToGetSiteInfo(request, responder, body);
  }
  const auto answer = DecodeResolutionAnswer(recorded.body, has_digest);
  const Bytes values = body.subspan(4 + answer.value().identifier.size());
  return Answer::ToResolution(request, responder, answer.value().identifier, values);
}

// Challenges, referrals and answers to other operations are not ours yet.
bool IsOurs(const Json& answer) {
  const int op = answer["op_code"];
  const int code = answer["response_code"];
  return (op == 1 || op == 2) && code != 402 && code != 303;
}

TEST_P(Exchange, OurAnswersHaveTheRecordedOctets) {
  for (std::size_t i = 0; i + 1 < messages_.size(); i += 2) {
    const Recorded& recorded = messages_[i + 1];
    ASSERT_EQ(recorded.dir, "s2c");
    const Json& decoded = recorded.decoded["message"];
    if (!IsOurs(decoded) || !messages_[i].decoded.contains("message")) continue;
    // What answers a challenge answers an earlier request, in its terms.
    const Message request = DecodeMessage(messages_[i].octets).value();
    if (request.header.op_code == OpCode::kChallengeResponse) continue;
    const Message theirs = DecodeMessage(recorded.octets).value();

    const bool has_digest = theirs.header.Has(Header::kRequestDigest);
    if (theirs.header.response_code == ResponseCode::kSuccess && decoded["op_code"] == 1) {
      const auto answer = DecodeResolutionAnswer(theirs.body, has_digest);
      ASSERT_TRUE(answer.ok()) << answer.error().what;
      EXPECT_EQ(answer.value().identifier, decoded["body"]["handle"].get<std::string>());
      ExpectValues(answer.value().values, decoded["body"]["values"]);
      if (has_digest) {
        EXPECT_EQ(ToHex(answer.value().request_digest.subspan(1)),
                  decoded["body"]["request_digest"]["hex"].get<std::string>());
      }
    }

    std::string text;
    const Answer ours = OurAnswer(request, theirs, text);
    std::vector<std::uint8_t> octets;
    ours.AppendTo(octets);
    std::vector<std::uint8_t> expected;
    Envelope envelope = theirs.envelope;
    envelope.flags = 0;
    EncodeMessage(envelope, theirs.header, theirs.body, expected);
    EXPECT_EQ(ToHex(octets), ToHex(expected));
  }
}

TEST(Exchanges, AreThere) { EXPECT_GE(Names().size(), 45U); }

INSTANTIATE_TEST_SUITE_P(Open, Exchange, testing::ValuesIn(Names()), [](const auto& param) {
  std::string name = param.param.substr(0, param.param.rfind('.'));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace idnode::handle
