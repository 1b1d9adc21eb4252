#include "udp_load.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace idnode::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 64;
constexpr std::size_t kMaxAnswer = 2'048;
constexpr std::size_t kResponseCodeOffset = 24;       // envelope, op code
constexpr std::chrono::milliseconds kLostAfter{200};  // without any answer on a socket

// One socket and the questions under way on it.
class Lane {
 public:
  Lane(const Endpoint& target, std::size_t window) : window_(window) {
    fd_ = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const sockaddr_in6 address = target.ToSocketAddress();
    if (fd_ < 0 ||
        ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot open a UDP socket to " + target.ToText());
    }
    for (std::size_t i = 0; i < kBatch; ++i) {
      in_parts_[i] = {in_octets_[i].data(), in_octets_[i].size()};
      in_[i].msg_hdr.msg_iov = &in_parts_[i];
      in_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane() { ::close(fd_); }

  int fd() const { return fd_; }

  // Sends until the window is full.
  void Fill(const std::vector<std::vector<std::uint8_t>>& questions, std::size_t& next) {
    while (under_way_ < window_) {
      const std::size_t n = std::min(kBatch, window_ - under_way_);
      for (std::size_t i = 0; i < n; ++i) {
        const std::vector<std::uint8_t>& question = questions[next++ % questions.size()];
        out_parts_[i] = {const_cast<std::uint8_t*>(question.data()), question.size()};
        out_[i].msg_hdr.msg_iov = &out_parts_[i];
        out_[i].msg_hdr.msg_iovlen = 1;
      }
      const int sent = ::sendmmsg(fd_, out_.data(), static_cast<unsigned>(n), 0);
      if (sent <= 0) return;
      under_way_ += static_cast<std::size_t>(sent);
    }
  }

  // Takes what has come.
  void Drain(LoadResult& result) {
    for (;;) {
      const int n = ::recvmmsg(fd_, in_.data(), kBatch, MSG_DONTWAIT, nullptr);
      if (n <= 0) break;
      last_ = Clock::now();
      for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
        ++result.answers;
        result.octets += in_[i].msg_len;
        const std::uint8_t* code = in_octets_[i].data() + kResponseCodeOffset;
        if (code[3] != 1) ++result.failures;
      }
      under_way_ -= std::min(under_way_, static_cast<std::size_t>(n));
      if (static_cast<std::size_t>(n) < kBatch) break;
    }
    if (under_way_ > 0 && Clock::now() - last_ > kLostAfter) {
      result.lost += under_way_;
      under_way_ = 0;
      last_ = Clock::now();
    }
  }

 private:
  int fd_ = -1;
  const std::size_t window_;
  std::size_t under_way_ = 0;
  Clock::time_point last_ = Clock::now();
  std::array<std::array<std::uint8_t, kMaxAnswer>, kBatch> in_octets_{};
  std::array<iovec, kBatch> in_parts_{};
  std::array<mmsghdr, kBatch> in_{};
  std::array<iovec, kBatch> out_parts_{};
  std::array<mmsghdr, kBatch> out_{};
};

}  // namespace

LoadResult Load(const std::vector<std::vector<std::uint8_t>>& questions,
                const LoadOptions& options) {
  std::vector<std::unique_ptr<Lane>> lanes;
  std::vector<pollfd> polled;
  for (std::size_t i = 0; i < options.sockets; ++i) {
    lanes.push_back(std::make_unique<Lane>(options.target, options.window / options.sockets));
    polled.push_back({.fd = lanes.back()->fd(), .events = POLLIN, .revents = 0});
  }
  LoadResult result;
  std::size_t next = 0;
  const Clock::time_point start = Clock::now();
  const Clock::time_point end = start + options.time;
  while (Clock::now() < end) {
    for (const std::unique_ptr<Lane>& lane : lanes) {
      lane->Drain(result);
      lane->Fill(questions, next);
    }
    ::poll(polled.data(), polled.size(), 1);
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace idnode::bench
