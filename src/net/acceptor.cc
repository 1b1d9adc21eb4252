#include "net/acceptor.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/solo_counter.h"
#include "net/connection_limits.h"
#include "net/socket.h"

namespace idnode::net {
namespace {

// After a failed accept(), for lack of descriptors as a rule: trying again at once would spin.
constexpr std::chrono::milliseconds kPauseAfterError{100};

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  int Release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// Has `epoll` report `events` of `fd`.
bool Add(const Descriptor& epoll, int fd, std::uint32_t events) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

struct Acceptor::State {
  explicit State(const Options& options)
      : limits(options.max_connections, options.max_connections_per_source) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { Stop(); }

  Status Listen(const Endpoint& wanted, std::chrono::milliseconds unacknowledged) {
    Descriptor listener;
    const auto opened = OpenListener(wanted, false);
    if (!opened.ok()) return opened.error();
    listener = Descriptor(opened.value());
    // Connections inherit both.
    Status set = SetNumber(listener.get(), IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
    if (set.ok()) {
      set = SetNumber(listener.get(), IPPROTO_TCP, TCP_USER_TIMEOUT,
                      static_cast<int>(unacknowledged.count()), "TCP_USER_TIMEOUT");
    }
    if (!set.ok()) return set;
    if (::fcntl(listener.get(), F_SETFL, O_NONBLOCK) != 0) return SocketError("O_NONBLOCK");
    if (!Add(epoll, listener.get(), EPOLLIN)) return SocketError("epoll_ctl");
    endpoints.push_back({wanted.address, PortOf(listener.get())});
    listeners.push_back(std::move(listener));
    return {};
  }

  void Run() {
    std::array<epoll_event, 64> events{};
    for (;;) {
      const int n = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        const int fd = event.data.fd;
        if (fd == wake.get()) return;
        const auto found = connections.find(fd);
        if (found == connections.end()) {
          Accept(fd);
        } else if ((event.events & EPOLLHUP) != 0) {
          limits.Release(found->second);
          connections.erase(found);
          // The server may still have the other descriptor, and epoll watches what both stand for.
          (void)::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
          ::close(fd);
        }
      }
    }
  }

  void Accept(int listener) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    Descriptor connection(::accept4(listener, reinterpret_cast<sockaddr*>(&address), &size,
                                    SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (connection.get() < 0) {
      // A client that is gone again already is no error.
      if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return;
      errors.Add(1);
      std::this_thread::sleep_for(kPauseAfterError);
      return;
    }
    const Address peer = FromSocketAddress(address).address;
    switch (limits.Admit(peer)) {
      case ConnectionLimits::Verdict::kTooMany:
        over_limit.Add(1);
        return;
      case ConnectionLimits::Verdict::kTooManyFromSource:
        over_source.Add(1);
        return;
      case ConnectionLimits::Verdict::kAdmitted:
        break;
    }
    Descriptor watched(::fcntl(connection.get(), F_DUPFD_CLOEXEC, 0));
    // Edge-triggered: an error without a hang-up would be reported again and again.
    if (watched.get() < 0 || !Add(epoll, watched.get(), EPOLLET)) {
      limits.Release(peer);
      errors.Add(1);
      return;
    }
    accepted.Add(1);
    connections.emplace(watched.Release(), peer);
    receive(listener, connection.Release());
  }

  void Stop() {
    if (thread.joinable()) {
      (void)::eventfd_write(wake.get(), 1);
      thread.join();
    }
    listeners.clear();
    for (const auto& [fd, peer] : connections) {
      limits.Release(peer);
      ::close(fd);
    }
    connections.clear();
  }

  const Descriptor epoll{::epoll_create1(EPOLL_CLOEXEC)};
  const Descriptor wake{::eventfd(0, EFD_CLOEXEC)};
  ConnectionLimits limits;
  std::vector<Endpoint> endpoints;
  Receiver receive;

  // The thread's, once it runs.
  std::vector<Descriptor> listeners;
  std::unordered_map<int, Address> connections;  // by the second descriptor
  SoloCounter accepted;
  SoloCounter over_limit;
  SoloCounter over_source;
  SoloCounter errors;

  std::thread thread;
};

Acceptor::Acceptor(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Acceptor::Acceptor(Acceptor&&) noexcept = default;
Acceptor::~Acceptor() = default;

Result<Acceptor> Acceptor::Listen(const Options& options, std::string& reason) {
  auto state = std::make_unique<State>(options);
  if (!Add(state->epoll, state->wake.get(), EPOLLIN)) {
    const Error error = SocketError("epoll_ctl");
    reason = std::generic_category().message(static_cast<int>(error.detail));
    return error;
  }
  for (const Endpoint& endpoint : options.endpoints) {
    const Status listening = state->Listen(endpoint, options.unacknowledged);
    if (listening.ok()) continue;
    const auto number = static_cast<int>(listening.error().detail);
    reason = endpoint.ToText() + ": " + std::generic_category().message(number);
    if (number == EADDRINUSE) reason += "; another program listens there, or the same one twice";
    return listening.error();
  }
  return Acceptor(std::move(state));
}

const std::vector<Endpoint>& Acceptor::endpoints() const noexcept { return state_->endpoints; }

void Acceptor::Start(Receiver receive) {
  state_->receive = std::move(receive);
  state_->thread = std::thread([state = state_.get()] { state->Run(); });
}

void Acceptor::Stop() { state_->Stop(); }

AcceptorCounters Acceptor::counters() const {
  return {.open = state_->limits.open(),
          .accepted = state_->accepted.get(),
          .over_limit = state_->over_limit.get(),
          .over_source = state_->over_source.get(),
          .accept_errors = state_->errors.get()};
}

}  // namespace idnode::net
