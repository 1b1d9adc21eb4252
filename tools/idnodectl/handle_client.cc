#include "handle_client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "crypto/random.h"
#include "handle/answer.h"
#include "handle/fold.h"
#include "handle/message.h"
#include "handle/reassembly.h"
#include "handle/resolution.h"
#include "registry/grammar.h"
#include "registry/problem.h"

namespace idnode::ctl {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::array kUdpWaits = {milliseconds(500), milliseconds(1000), milliseconds(1500)};
constexpr std::size_t kMaxDatagram = 65'535;

using Octets = std::vector<std::uint8_t>;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;

  int fd() const { return fd_; }

  // Waits for `events` until `deadline`. False: it has passed.
  bool Wait(short events, SteadyClock::time_point deadline) const {
    for (;;) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - SteadyClock::now());
      if (left.count() <= 0) return false;
      pollfd poller{.fd = fd_, .events = events, .revents = 0};
      const int ready = poll(&poller, 1, static_cast<int>(left.count()));
      if (ready > 0) return true;
      if (ready < 0 && errno != EINTR) return false;
    }
  }

 private:
  int fd_;
};

Exit ExitOf(registry::Category category) {
  using registry::Category;
  switch (category) {
    case Category::kNotFound:
      return Exit::kNotFound;
    case Category::kUnauthenticated:
    case Category::kDenied:
      return Exit::kDenied;
    case Category::kBusy:
    case Category::kUnavailable:
    case Category::kUnknown:
      return Exit::kUnavailable;
    default:
      return Exit::kFailed;
  }
}

// The Failure that the same refusal over gRPC would be.
Failure FromProblem(const registry::Problem& problem, Language language) {
  Failure failure{ExitOf(problem.category()), std::string(problem.name()), problem.field,
                  problem.Cause(language), problem.Fix(language)};
  for (const auto& parameter : problem.parameters) {
    failure.parameters[parameter.name] = parameter.text;
  }
  return failure;
}

// What a response code comes to, about `identifier`.
Failure FailureOf(handle::ResponseCode code, const std::string& identifier, Language language) {
  using handle::ResponseCode;
  using registry::Code;
  const auto about = [&](Code problem, const char* name, const std::string& value) {
    return FromProblem({.code = problem, .field = "identifier", .parameters = {{name, value}}},
                       language);
  };
  switch (code) {
    case ResponseCode::kHandleNotFound:
      return about(Code::kIdentifierNotFound, "identifier", registry::Quoted(identifier));
    case ResponseCode::kValuesNotFound:
      return about(Code::kValuesNotFound, "identifier", registry::Quoted(identifier));
    case ResponseCode::kServerNotResponsible:
      return about(Code::kPrefixUnknown, "prefix", handle::Folded(handle::PrefixOf(identifier)));
    case ResponseCode::kServerTooBusy:
    case ResponseCode::kServerBackup:
      return FromProblem({.code = Code::kReadBusy}, language);
    default:
      break;
  }
  const auto number = static_cast<std::int32_t>(code);
  const bool denied = number >= 400 && number < 500;  // all that is about authentication
  return {denied ? Exit::kDenied : Exit::kFailed, denied ? "permission_denied" : "handle_refused",
          "identifier", Say(language, text::kHandleRefused, registry::Quoted(identifier)),
          denied ? Say(language, text::kHandleDeniedFix, identifier)
                 : Say(language, text::kHandleRefusedFix)};
}

class Asker {
 public:
  Asker(const HandleQuestion& question, Language language)
      : question_(question), language_(language) {
    crypto::FillRandom({reinterpret_cast<std::uint8_t*>(&request_id_), sizeof request_id_});
    request_id_ &= 0x7FFF'FFFF;  // positive, as stock clients have it
  }

  Values Ask() {
    const Octets request = Encode();
    const Octets answer = question_.tcp ? OverTcp(request) : OverUdp(request);
    return Read(answer);
  }

 private:
  [[noreturn]] void NoAnswer(const std::string& why) const {
    throw Failure{Exit::kUnavailable, "unavailable", "",
                  Say(language_, text::kNoAnswer, question_.server, why),
                  Say(language_, question_.tcp ? text::kHandleFix : text::kHandleUdpFix)};
  }
  [[noreturn]] void NoAnswer(int reason) const {
    NoAnswer(std::generic_category().message(reason));
  }
  [[noreturn]] void BadAnswer(std::string_view what) const {
    throw Failure{Exit::kFailed, "answer_malformed", "",
                  Say(language_, text::kHandleMalformed, question_.server, what),
                  Say(language_, text::kHandleMalformedFix)};
  }

  Octets Encode() const {
    Octets body;
    const std::vector<std::int32_t> indexes(question_.indexes.begin(), question_.indexes.end());
    const std::vector<std::string_view> types(question_.types.begin(), question_.types.end());
    handle::EncodeResolutionRequest(question_.identifier, indexes, types, body);
    handle::Envelope envelope;
    envelope.version = envelope.suggested = handle::kOurVersion;
    envelope.request_id = request_id_;
    handle::Header header;
    header.flags = handle::Header::kPublicOnly;
    header.expiration = static_cast<std::uint32_t>(time(nullptr)) + handle::kMessageLifetime;
    Octets message;
    handle::EncodeMessage(envelope, header, body, message);
    return message;
  }

  // A connected socket: answers from elsewhere are not seen, and a closed port is noticed.
  Socket Connect(SteadyClock::time_point deadline) const {
    const auto [host, port] = SplitServer();
    addrinfo hints{};
    hints.ai_socktype = question_.tcp ? SOCK_STREAM : SOCK_DGRAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
      NoAnswer(gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, &freeaddrinfo);
    int reason = 0;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
      Socket socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      if (socket.fd() >= 0 && connect(socket.fd(), at->ai_addr, at->ai_addrlen) == 0) return socket;
      reason = errno;
      if (reason != EINPROGRESS) continue;
      reason = ETIMEDOUT;
      if (!socket.Wait(POLLOUT, deadline)) continue;
      socklen_t size = sizeof reason;
      getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &reason, &size);
      if (reason == 0) return socket;
    }
    NoAnswer(reason);
  }

  std::pair<std::string, std::string> SplitServer() const {
    std::string_view host = question_.server;
    const std::size_t colon = host.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == host.size()) {
      throw UsageFailure("--handle", Say(language_, text::kHandleServer, Printable(host)),
                         Say(language_, text::kHandleServerFix));
    }
    const std::string port(host.substr(colon + 1));
    host = host.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
      host = host.substr(1, host.size() - 2);
    }
    return {std::string(host), port};
  }

  // The message cut into datagrams; several of them carry flag TC (RFC 3652, section 2.3).
  static std::vector<Octets> Cut(const Octets& message) {
    handle::Envelope envelope = handle::DecodeEnvelope(message).value();
    Bytes rest = Bytes(message).subspan(handle::kEnvelopeSize);
    if (rest.size() > handle::kPieceSize) envelope.flags |= handle::Envelope::kTruncated;
    std::vector<Octets> datagrams;
    while (!rest.empty()) {
      const Bytes piece = rest.first(std::min(rest.size(), handle::kPieceSize));
      const auto front = handle::EncodeEnvelope(envelope);
      Octets& datagram = datagrams.emplace_back(front.begin(), front.end());
      datagram.insert(datagram.end(), piece.begin(), piece.end());
      rest = rest.subspan(piece.size());
      ++envelope.sequence_number;
    }
    return datagrams;
  }

  Octets OverUdp(const Octets& request) const {
    const Socket socket = Connect(SteadyClock::now() + question_.timeout);
    const std::vector<Octets> datagrams = Cut(request);
    std::optional<handle::Reassembly> answer;
    for (const milliseconds wait : kUdpWaits) {
      for (const Octets& datagram : datagrams) {
        if (send(socket.fd(), datagram.data(), datagram.size(), MSG_NOSIGNAL) < 0) NoAnswer(errno);
      }
      const auto deadline = SteadyClock::now() + wait;
      while (socket.Wait(POLLIN, deadline)) {
        if (Receive(socket, answer)) return {answer->message().begin(), answer->message().end()};
      }
    }
    NoAnswer(std::generic_category().message(ETIMEDOUT));
  }

  // Takes one datagram; what does not belong to the answer is passed over. True: it is complete.
  bool Receive(const Socket& socket, std::optional<handle::Reassembly>& answer) const {
    Octets datagram(kMaxDatagram);
    const ssize_t size = recv(socket.fd(), datagram.data(), datagram.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (size < 0) NoAnswer(errno);
    datagram.resize(static_cast<std::size_t>(size));
    const auto envelope = handle::DecodeEnvelope(datagram);
    if (!envelope.ok() || envelope.value().request_id != request_id_) return false;
    if (!answer) answer.emplace(envelope.value());
    return answer->Add(datagram).ok() && answer->complete();
  }

  Octets OverTcp(const Octets& request) const {
    const auto deadline = SteadyClock::now() + question_.timeout;
    const Socket socket = Connect(deadline);
    for (Bytes rest = request; !rest.empty();) {
      const ssize_t sent = send(socket.fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent > 0) rest = rest.subspan(static_cast<std::size_t>(sent));
      if (sent < 0 && errno != EAGAIN && errno != EINTR) NoAnswer(errno);
      if (sent < 0 && !socket.Wait(POLLOUT, deadline)) NoAnswer(ETIMEDOUT);
    }
    Octets answer(handle::kEnvelopeSize);
    Fill(socket, answer, deadline);
    const auto envelope = handle::DecodeEnvelope(answer);
    if (!envelope.ok()) BadAnswer(envelope.error().what);
    answer.resize(handle::kEnvelopeSize + envelope.value().message_length);
    Fill(socket, std::span(answer).subspan(handle::kEnvelopeSize), deadline);
    return answer;
  }

  void Fill(const Socket& socket, std::span<std::uint8_t> rest,
            SteadyClock::time_point deadline) const {
    while (!rest.empty()) {
      if (!socket.Wait(POLLIN, deadline)) NoAnswer(ETIMEDOUT);
      const ssize_t size = recv(socket.fd(), rest.data(), rest.size(), 0);
      if (size == 0) NoAnswer(ECONNRESET);
      if (size < 0 && errno != EAGAIN && errno != EINTR) NoAnswer(errno);
      if (size > 0) rest = rest.subspan(static_cast<std::size_t>(size));
    }
  }

  Values Read(const Octets& octets) const {
    const auto message = handle::DecodeMessage(octets);
    if (!message.ok()) BadAnswer(message.error().what);
    const handle::Message& answer = message.value();
    const bool has_digest = answer.header.Has(handle::Header::kRequestDigest);
    if (answer.envelope.request_id != request_id_) BadAnswer("request id");
    if (answer.header.response_code != handle::ResponseCode::kSuccess) Refused(answer, has_digest);
    const auto content = handle::DecodeResolutionAnswer(answer.body, has_digest);
    if (!content.ok()) BadAnswer(content.error().what);
    Values values;
    for (const handle::Value& value : content.value().values) *values.Add() = ToProto(value);
    return values;
  }

  static v1::Value ToProto(const handle::Value& from) {
    v1::Value value;
    value.set_index(static_cast<std::uint32_t>(from.index));
    value.set_type(std::string(from.type));
    value.set_data(from.data.data(), from.data.size());
    const auto ttl = static_cast<std::uint32_t>(from.ttl);
    from.ttl_type == handle::TtlType::kAbsolute ? value.set_expires_s(ttl) : value.set_ttl_s(ttl);
    value.set_permissions(from.permissions);
    value.set_timestamp_s(from.timestamp);
    for (const handle::Reference& reference : from.references) {
      v1::Reference& added = *value.add_references();
      added.set_identifier(std::string(reference.identifier));
      added.set_index(static_cast<std::uint32_t>(reference.index));
    }
    return value;
  }

  [[noreturn]] void Refused(const handle::Message& answer, bool has_digest) const {
    const handle::ResponseCode code = answer.header.response_code;
    const std::string number = std::to_string(static_cast<std::int32_t>(code));
    Failure failure = FailureOf(code, question_.identifier, language_);
    failure.parameters["response_code"] = number;
    const auto said = handle::DecodeErrorMessage(answer.body, has_digest);
    failure.cause +=
        Say(language_, text::kHandleCode, question_.server, number,
            said.ok() && !said.value().empty() ? ": " + Printable(said.value()) : std::string());
    throw Failure(std::move(failure));
  }

  const HandleQuestion& question_;
  Language language_;
  std::uint32_t request_id_ = 0;
};

}  // namespace

Values AskHandle(const HandleQuestion& question, Language language) {
  if (const auto fault = registry::CheckIdentifier(question.identifier, "identifier")) {
    throw FromProblem(*fault, language);
  }
  return Asker(question, language).Ask();
}

}  // namespace idnode::ctl
