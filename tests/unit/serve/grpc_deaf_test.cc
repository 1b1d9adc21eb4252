// What a client that does not read can take from the others: no memory without bound, no stop.
#include <chrono>
#include <thread>

#include "grpc_deaf_client.h"
#include "grpc_fixture.h"
#include "idnode/v1/resolver.grpc.pb.h"

namespace idnode::serve {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kId = "88.118.1001/large";

class GrpcDeafTest : public GrpcTest {
 protected:
  // Answers of 3 MiB, of which the third is too much.
  static constexpr std::size_t kRecord = 40'000;
  static constexpr int kAnswers = 4;

  GrpcDeafTest() {
    AddPrefix("88.118.1001");
    Admit("writer", {v1::SCOPE_REGISTER});
    const auto reply = Call(*registrar_, &v1::Registrar::Stub::Register,
                            Row(kId, std::string(kRecord, 'L')), "writer");
    if (!reply.status.ok()) throw std::runtime_error(reply.code());
  }

  void ServeWith(milliseconds write_patience, milliseconds last_write) {
    GrpcServer::Options options = Local();
    options.memory_octets = std::size_t{20} << 20;
    options.write_patience = write_patience;
    options.last_write = last_write;
    options.tick = milliseconds(10);
    Serve(options);
    resolver_ = v1::Resolver::NewStub(Connect());
  }

  static void AskMuch(DeafClient& client) {
    v1::BatchResolveRequest request;
    for (int i = 0; i < 75; ++i) request.add_requests()->set_identifier(kId);
    for (int i = 0; i < kAnswers; ++i) client.Ask("/idnode.v1.Resolver/BatchResolve", request);
  }

  // Asks, as anybody does, until it hears `code`.
  void AwaitCode(const std::string& code) {
    const auto end = std::chrono::steady_clock::now() + seconds(50);
    v1::ResolveRequest request;
    request.set_identifier(kId);
    for (;;) {
      const auto reply = Call(*resolver_, &v1::Resolver::Stub::Resolve, request, "");
      if (reply.code() == code) return;
      ASSERT_LT(std::chrono::steady_clock::now(), end) << reply.code();
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  std::unique_ptr<v1::Resolver::Stub> resolver_;
};

TEST_F(GrpcDeafTest, AnswersThatNobodyTakesAreBounded) {
  ServeWith(seconds(600), seconds(600));
  {
    DeafClient client(target());
    AskMuch(client);
    AwaitCode("read_busy");
  }
  AwaitCode("(none)");
}

TEST_F(GrpcDeafTest, WhoTakesTooMuchHasToHurry) {
  ServeWith(seconds(600), milliseconds(10));
  DeafClient client(target());
  AskMuch(client);
  AwaitCode("(none)");
  for (int i = 0; i < 5; ++i) AskMuch(client);
  AwaitCode("(none)");
}

TEST_F(GrpcDeafTest, AnAnswerThatNobodyTakesEnds) {
  ServeWith(milliseconds(10), seconds(600));
  DeafClient client(target());
  AskMuch(client);
  server_->Stop(seconds(600));
}

// What is not answered yet is waited for, however long that takes.
TEST_F(GrpcDeafTest, WhatIsUnderWayIsNotHurried) {
  ServeWith(milliseconds(10), milliseconds(10));
  gate_.Close();
  std::thread caller([&] {
    EXPECT_EQ(
        Call(*registrar_, &v1::Registrar::Stub::Register, Row("88.118.1001/a"), "writer").code(),
        "(none)");
  });
  gate_.AwaitArrival();
  std::thread stopper([&] { server_->Stop(seconds(600)); });
  std::this_thread::sleep_for(milliseconds(200));  // many ticks
  gate_.Open();
  caller.join();
  stopper.join();
}

TEST_F(GrpcDeafTest, StoppingDoesNotWaitForOneThatDoesNotRead) {
  ServeWith(seconds(600), milliseconds(10));
  DeafClient client(target());
  v1::ResolveRequest request;
  request.set_identifier(kId);
  client.Ask("/idnode.v1.Resolver/Resolve", request);
  server_->Stop(seconds(600));
}

}  // namespace
}  // namespace idnode::serve
