// Any octets as a message. What is a request is answered, and the answer, whole and in datagrams,
// must be a message that says the same.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "handle/answer.h"
#include "handle/reassembly.h"
#include "handle/resolution.h"
#include "handle/selection.h"

namespace {

using namespace idnode;          // NOLINT(google-build-using-namespace): a program of one file
using namespace idnode::handle;  // NOLINT(google-build-using-namespace): likewise

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckRequest(const ResolutionRequest& request, Bytes body) {
  std::vector<std::int32_t> indexes;
  for (const std::int32_t index : request.indexes) indexes.push_back(index);
  std::vector<std::string_view> types;
  for (const std::string_view type : request.types) types.push_back(type);
  Require(indexes.size() == request.indexes.size() && types.size() == request.types.size());
  std::vector<std::uint8_t> encoded;
  EncodeResolutionRequest(request.identifier, indexes, types, encoded);
  Require(std::equal(encoded.begin(), encoded.end(), body.begin(), body.end()));
}

void CheckAnswer(const Message& request, std::string_view identifier) {
  const std::vector<std::uint8_t> values(4 + request.body.size() % 3 * kPieceSize);
  const Answer answer = Answer::ToResolution(request, {1, 2}, identifier, values);
  if (answer.too_long()) return;
  std::vector<std::uint8_t> whole;
  answer.AppendTo(whole);
  const auto decoded = DecodeMessage(whole);
  Require(decoded.ok() && decoded.value().body.size() == decoded.value().header.body_length);

  Reassembly pieces(decoded.value().envelope);
  for (std::size_t i = 0; i < answer.datagrams(); ++i) {
    const auto datagram = answer.datagram(i);
    std::vector<std::uint8_t> octets(datagram.envelope.begin(), datagram.envelope.end());
    for (const Bytes part : datagram.parts) octets.insert(octets.end(), part.begin(), part.end());
    Require(pieces.Add(octets).ok());
  }
  Require(pieces.complete() && std::equal(whole.begin(), whole.end(), pieces.message().begin()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const auto decoded = DecodeMessage(input);
  if (!decoded.ok()) return 0;
  const Message& message = decoded.value();
  const bool has_digest = message.header.Has(Header::kRequestDigest);
  (void)DecodeCredential(message.credential);
  (void)DecodeErrorMessage(message.body, has_digest);
  const auto answer = DecodeResolutionAnswer(message.body, has_digest);
  const auto request = DecodeResolutionRequest(message.body);
  if (request.ok()) {
    CheckRequest(request.value(), message.body);
    CheckAnswer(message, request.value().identifier);
  }
  if (answer.ok()) (void)AllPublic(answer.value().values);
  return 0;
}
