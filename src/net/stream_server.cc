#include "net/stream_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <exception>
#include <list>
#include <thread>
#include <unordered_set>
#include <utility>

#include "net/connection_limits.h"
#include "net/socket.h"
#include "net/stream_session.h"

namespace idnode::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// After a failed accept(), for lack of descriptors as a rule: trying again at once would spin.
constexpr std::chrono::milliseconds kPauseAfterError{100};

// What is thrown inside is a bug, not a bad peer.
void EndOnException(const std::exception_ptr& thrown) noexcept {
  if (thrown) std::rethrow_exception(thrown);
}

Endpoint PeerOf(const tcp::socket& socket) noexcept {
  boost::system::error_code error;
  const auto remote = socket.remote_endpoint(error);
  Endpoint peer;
  if (error) return peer;
  sockaddr_storage address{};
  std::memcpy(&address, remote.data(), std::min(remote.size(), sizeof address));
  return FromSocketAddress(address);
}

struct AcceptCounters {
  SoloCounter accepted;
  SoloCounter over_limit;
  SoloCounter over_source;
  SoloCounter errors;
};

// A thread with its sockets and its connections. All but the counters belong to the thread once it
// runs.
class Worker {
 public:
  Worker(StreamHandler& handler, const StreamTimeouts& timeouts, ConnectionLimits& limits)
      : limits_(limits), surroundings_{handler, timeouts, session_counters} {}

  Status Listen(const std::vector<Endpoint>& endpoints) {
    for (const Endpoint& endpoint : endpoints) {
      if (endpoint.port == 0) return Error{Errc::kMalformed, 0, "port 0 without a reservation"};
      const auto fd = OpenListener(endpoint, true);  // the other threads' have the same port
      if (!fd.ok()) return fd.error();
      const bool ipv4 = FamilyOf(fd.value()) == AF_INET;
      acceptors_.emplace_back(io_).assign(ipv4 ? tcp::v4() : tcp::v6(), fd.value());
    }
    return {};
  }

  void Start() {
    for (tcp::acceptor& acceptor : acceptors_) {
      asio::co_spawn(io_, Accept(acceptor), EndOnException);
    }
    thread_ = std::jthread([this] { io_.run(); });  // as long as there is anything to wait for
  }

  // Any thread.
  void RequestStop(std::chrono::milliseconds drain) {
    asio::post(io_, [this, drain] { Drain(drain); });
  }

  void Join() { thread_.join(); }

  SessionCounters session_counters;
  AcceptCounters accept_counters;

 private:
  asio::awaitable<void> Accept(tcp::acceptor& acceptor) {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(kAwait);
      if (stopping_) co_return;
      if (error) {
        accept_counters.errors.Add(1);
        asio::steady_timer pause(io_, kPauseAfterError);
        co_await pause.async_wait(kAwait);
        if (stopping_) co_return;
        continue;
      }
      Admit(std::move(socket));
    }
  }

  void Admit(tcp::socket socket) {
    const Endpoint peer = PeerOf(socket);
    switch (limits_.Admit(peer.address)) {
      case ConnectionLimits::Verdict::kTooMany:
        accept_counters.over_limit.Add(1);
        return;
      case ConnectionLimits::Verdict::kTooManyFromSource:
        accept_counters.over_source.Add(1);
        return;
      case ConnectionLimits::Verdict::kAdmitted:
        accept_counters.accepted.Add(1);
        asio::co_spawn(io_, Serve(std::move(socket), peer), EndOnException);
    }
  }

  asio::awaitable<void> Serve(tcp::socket socket, Endpoint peer) {
    const auto session = std::make_shared<StreamSession>(std::move(socket), peer, surroundings_);
    asio::co_spawn(io_, Watch(session), EndOnException);
    sessions_.insert(session.get());
    if (stopping_) session->Drain();
    co_await session->Run();
    sessions_.erase(session.get());
    limits_.Release(peer.address);
    if (stopping_ && sessions_.empty()) drain_.cancel();
  }

  static asio::awaitable<void> Watch(std::shared_ptr<StreamSession> session) {
    co_await session->Watch();
  }

  void Drain(std::chrono::milliseconds drain) {
    stopping_ = true;
    for (tcp::acceptor& acceptor : acceptors_) acceptor.close();
    for (StreamSession* session : sessions_) session->Drain();
    if (sessions_.empty()) return;
    drain_.expires_after(drain);
    drain_.async_wait([this](boost::system::error_code /*cancelled*/) {
      for (StreamSession* session : sessions_) session->Abort();
    });
  }

  ConnectionLimits& limits_;
  const StreamSession::Surroundings surroundings_;
  bool stopping_ = false;
  std::unordered_set<StreamSession*> sessions_;

  asio::io_context io_{1};
  asio::steady_timer drain_{io_};
  std::list<tcp::acceptor> acceptors_;
  std::jthread thread_;
};

}  // namespace

struct StreamServer::State {
  explicit State(const StreamOptions& options)
      : timeouts(options.timeouts),
        limits(options.max_connections, options.max_connections_per_source) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { Stop(std::chrono::milliseconds(0)); }

  void Stop(std::chrono::milliseconds drain) {
    if (!std::exchange(running, false)) return;
    for (const auto& worker : workers) worker->RequestStop(drain);
    for (const auto& worker : workers) worker->Join();
  }

  const StreamTimeouts timeouts;
  ConnectionLimits limits;
  std::vector<std::unique_ptr<Worker>> workers;
  bool running = false;
};

StreamServer::StreamServer(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
StreamServer::StreamServer(StreamServer&&) noexcept = default;
StreamServer::~StreamServer() = default;

Result<StreamServer> StreamServer::Start(const StreamOptions& options,
                                         std::span<const std::unique_ptr<StreamHandler>> handlers) {
  auto state = std::make_unique<State>(options);
  for (const auto& handler : handlers) {
    state->workers.push_back(std::make_unique<Worker>(*handler, state->timeouts, state->limits));
    const Status listening = state->workers.back()->Listen(options.endpoints);
    if (!listening.ok()) return listening.error();
  }
  for (const auto& worker : state->workers) worker->Start();
  state->running = true;
  return StreamServer(std::move(state));
}

void StreamServer::Stop(std::chrono::milliseconds drain) { state_->Stop(drain); }

StreamCounters StreamServer::counters() const {
  StreamCounters sum;
  sum.open = state_->limits.open();
  for (const auto& worker : state_->workers) {
    sum.accepted += worker->accept_counters.accepted.get();
    sum.over_limit += worker->accept_counters.over_limit.get();
    sum.over_source += worker->accept_counters.over_source.get();
    sum.accept_errors += worker->accept_counters.errors.get();
    sum.messages += worker->session_counters.messages.get();
    sum.refused += worker->session_counters.refused.get();
  }
  return sum;
}

}  // namespace idnode::net
