#include "udp_echo.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>
#include <vector>

#include "measure.h"

namespace idnode::bench {
namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kMaxDatagram = 2'048;
constexpr std::size_t kResponseCodeEnd = 28;  // so that an answer reads as a successful one

[[noreturn]] void Echo(int fd, std::size_t answer_size) {
  static std::array<std::array<std::uint8_t, kMaxDatagram>, kBatch> octets;
  std::array<sockaddr_in6, kBatch> peers{};
  std::array<iovec, kBatch> in_parts{};
  std::array<iovec, kBatch> out_parts{};
  std::array<mmsghdr, kBatch> in{};
  std::array<mmsghdr, kBatch> out{};
  std::vector<std::uint8_t> answer(answer_size);
  answer[kResponseCodeEnd - 1] = 1;
  for (std::size_t i = 0; i < kBatch; ++i) {
    in_parts[i] = {octets[i].data(), octets[i].size()};
    out_parts[i] = {answer.data(), answer.size()};
    in[i].msg_hdr.msg_iov = &in_parts[i];
    out[i].msg_hdr.msg_iov = &out_parts[i];
    in[i].msg_hdr.msg_iovlen = out[i].msg_hdr.msg_iovlen = 1;
    in[i].msg_hdr.msg_name = out[i].msg_hdr.msg_name = &peers[i];
  }
  for (;;) {
    for (mmsghdr& slot : in) slot.msg_hdr.msg_namelen = sizeof(sockaddr_in6);
    const int n = ::recvmmsg(fd, in.data(), kBatch, MSG_WAITFORONE, nullptr);
    if (n <= 0) continue;
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
      out[i].msg_hdr.msg_namelen = in[i].msg_hdr.msg_namelen;
    }
    (void)::sendmmsg(fd, out.data(), static_cast<unsigned>(n), 0);
  }
}

}  // namespace

UdpEcho::UdpEcho(std::size_t answer_size, int cpu) {
  endpoint_ = Endpoint::Parse("127.0.0.1:0").value();
  const int fd = ::socket(AF_INET6, SOCK_DGRAM, 0);
  sockaddr_in6 address = endpoint_.ToSocketAddress();
  socklen_t size = sizeof address;
  const int off = 0;
  ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot open the socket of the echo");
  }
  endpoint_.port = ntohs(address.sin6_port);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // NOLINT(cppcoreguidelines-pro-type-vararg): prctl(2)
    PinSelf(cpu);
    Echo(fd, answer_size);
  }
  ::close(fd);
  if (pid_ < 0) throw std::runtime_error("cannot start the echo");
}

UdpEcho::~UdpEcho() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace idnode::bench
