#include "net/port_reservation.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "net/stream_server.h"
#include "net/test_sockets.h"
#include "net/udp_worker.h"

namespace idnode::net {
namespace {

class Deaf final : public DatagramHandler {
 public:
  void OnBatch(std::span<const Packet> /*packets*/, Replies& /*replies*/) noexcept override {}
};

class Mute final : public StreamHandler {
 public:
  std::size_t header_size() const noexcept override { return 1; }
  Result<std::size_t> BodySize(Bytes /*header*/) noexcept override { return std::size_t{0}; }
  void Answer(Bytes /*message*/, const Endpoint& /*peer*/,
              std::vector<std::uint8_t>& /*reply*/) override {}
  void Refuse(StreamTrouble /*trouble*/, Bytes /*received*/,
              std::vector<std::uint8_t>& /*reply*/) override {}
};

Result<StreamServer> Listen(const Endpoint& endpoint,
                            const std::vector<std::unique_ptr<StreamHandler>>& handlers) {
  return StreamServer::Start({.endpoints = {endpoint}}, handlers);
}

TEST(PortReservation, PicksAPortForBothProtocols) {
  std::optional<PortReservation> reservation = AnyPort();
  const Endpoint endpoint = reservation->endpoint();
  EXPECT_NE(endpoint.port, 0);
  Deaf deaf;
  std::vector<std::unique_ptr<StreamHandler>> mute;
  mute.push_back(std::make_unique<Mute>());
  const auto worker = UdpWorker::Bind(endpoint, deaf);
  ASSERT_TRUE(worker.ok()) << worker.error().what;
  const auto server = Listen(endpoint, mute);
  ASSERT_TRUE(server.ok()) << server.error().what;
  reservation.reset();
  const auto another = UdpWorker::Bind(endpoint, deaf);
  EXPECT_TRUE(another.ok()) << "a further worker of the same node";
}

TEST(PortReservation, IsExclusive) {
  const PortReservation first = AnyPort();
  const auto second = PortReservation::Take(first.endpoint());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Errc::kUnavailable);
  EXPECT_EQ(second.error().detail, static_cast<std::uint32_t>(EADDRINUSE));
}

TEST(PortReservation, IsRefusedWhileAnotherNodeServesOneOfTheProtocols) {
  std::optional<PortReservation> reservation = AnyPort();
  const Endpoint endpoint = reservation->endpoint();
  Deaf deaf;
  std::vector<std::unique_ptr<StreamHandler>> mute;
  mute.push_back(std::make_unique<Mute>());
  {
    const auto worker = UdpWorker::Bind(endpoint, deaf);
    ASSERT_TRUE(worker.ok());
    reservation.reset();
    EXPECT_EQ(PortReservation::Take(endpoint).error().code, Errc::kUnavailable);
  }
  reservation.emplace(PortReservation::Take(endpoint).value());
  {
    const auto server = Listen(endpoint, mute);
    ASSERT_TRUE(server.ok());
    reservation.reset();
    EXPECT_EQ(PortReservation::Take(endpoint).error().code, Errc::kUnavailable);
  }
  EXPECT_TRUE(PortReservation::Take(endpoint).ok());
}

TEST(PortReservation, PortsOfManyAreAllDifferent) {
  std::vector<PortReservation> taken;
  std::set<std::uint16_t> ports;
  for (int i = 0; i < 200; ++i) {
    taken.push_back(AnyPort());
    ports.insert(taken.back().endpoint().port);
  }
  EXPECT_EQ(ports.size(), taken.size());
}

TEST(PortReservation, SaysWhatIsWrong) {
  const auto elsewhere = PortReservation::Take(At("192.0.2.1", 0));
  ASSERT_FALSE(elsewhere.ok());
  EXPECT_EQ(elsewhere.error().code, Errc::kNotFound);
  EXPECT_STREQ(elsewhere.error().what, "bind");
}

}  // namespace
}  // namespace idnode::net
