// Streams of rows: their order, their bounds, and every way that they end.
#include "grpc_fixture.h"
#include "ledger/log.h"

namespace idnode::serve {
namespace {

using grpc::StatusCode;

class GrpcStreamTest : public GrpcTest {
 protected:
  using Stream = grpc::ClientReaderWriter<v1::RegisterRequest, v1::RegisterStreamResponse>;

  GrpcStreamTest() {
    AddPrefix("88.118.1001");
    Admit("writer", {v1::SCOPE_REGISTER}, "88.118.1001");
  }

  std::unique_ptr<Stream> Open(grpc::ClientContext& context, const std::string& secret = "writer") {
    Prepare(context, secret);
    return registrar_->RegisterStream(&context);
  }

  static std::string Name(int row) { return "88.118.1001/" + std::to_string(row); }

  std::uint64_t Entries() const { return committer_->state().head.seq(); }
};

TEST_F(GrpcStreamTest, ThousandsOfRowsAreAnsweredInTheirOrder) {
  constexpr int kRows = 5'000;
  grpc::ClientContext context;
  const auto stream = Open(context);
  std::thread writer([&] {
    for (int row = 0; row < kRows; ++row) {
      // Every 97th is malformed, every 89th comes twice, every 83rd is of a foreign prefix.
      std::string identifier = Name(row);
      if (row % 97 == 96) identifier = "no-slash";
      if (row % 89 == 88) identifier = Name(row - 1);
      if (row % 83 == 82) identifier = "88.118.2002/a";
      ASSERT_TRUE(stream->Write(Row(identifier)));
    }
    ASSERT_TRUE(stream->WritesDone());
  });
  v1::RegisterStreamResponse response;
  int row = 0;
  std::uint64_t last_seq = 0;
  int created = 0;
  for (; stream->Read(&response); ++row) {
    ASSERT_EQ(response.row(), static_cast<std::uint64_t>(row));
    const std::string code = response.problem().code();
    if (row % 83 == 82) {
      EXPECT_EQ(code, "permission_denied") << row;
    } else if (row % 89 == 88) {
      EXPECT_TRUE(code == "identifier_exists" || (row - 1) % 97 == 96 || (row - 1) % 83 == 82)
          << row << code;
    } else if (row % 97 == 96) {
      EXPECT_EQ(code, "identifier_malformed") << row;
    } else {
      ASSERT_TRUE(response.has_receipt()) << row << code;
    }
    if (!response.has_receipt()) continue;
    EXPECT_GT(response.receipt().seq(), last_seq);
    last_seq = response.receipt().seq();
    ++created;
  }
  writer.join();
  EXPECT_EQ(row, kRows);
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(Entries(), static_cast<std::uint64_t>(created) + 2);
  EXPECT_EQ(ledger::ReadLeaf(*engine_, last_seq).value().channel, ledger::Channel::kStream);
}

TEST_F(GrpcStreamTest, ResultsThatComeAtOnceAllArrive) {
  // What gRPC does with several writes in a row depends on which thread is where, so: many times.
  for (int round = 0; round < 50; ++round) {
    constexpr int kRows = 20;
    gate_.Close();
    grpc::ClientContext context;
    const auto stream = Open(context);
    ASSERT_TRUE(stream->Write(Row(Name(kRows * round))));
    gate_.AwaitArrival();
    for (int row = 1; row < kRows; ++row) {
      ASSERT_TRUE(stream->Write(Row(Name(kRows * round + row))));
    }
    ASSERT_TRUE(stream->WritesDone());
    gate_.Open();
    v1::RegisterStreamResponse response;
    int rows = 0;
    while (stream->Read(&response)) ++rows;
    ASSERT_EQ(rows, kRows);
    ASSERT_TRUE(stream->Finish().ok());
  }
}

TEST_F(GrpcStreamTest, NoMoreRowsAreReadThanTheWindowHolds) {
  GrpcServer::Options options = Local();
  options.stream_window = 8;
  // What comes beyond would be told "busy".
  Build(std::move(engine_), {.queue_requests = 8});
  Serve(options);
  gate_.Close();
  grpc::ClientContext context;
  const auto stream = Open(context);
  constexpr int kRows = 500;  // they fit into the connection's buffers: all writes end
  for (int row = 0; row < kRows; ++row) ASSERT_TRUE(stream->Write(Row(Name(row))));
  ASSERT_TRUE(stream->WritesDone());
  gate_.AwaitArrival();
  gate_.Open();
  v1::RegisterStreamResponse response;
  int rows = 0;
  for (; stream->Read(&response); ++rows) ASSERT_TRUE(response.has_receipt()) << rows;
  EXPECT_EQ(rows, kRows);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(GrpcStreamTest, AClientThatReadsLateMissesNothing) {
  GrpcServer::Options options = Local();
  options.stream_window = 4;
  Serve(options);
  grpc::ClientContext context;
  const auto stream = Open(context);
  constexpr int kRows = 300;
  std::thread writer([&] {
    for (int row = 0; row < kRows; ++row) ASSERT_TRUE(stream->Write(Row(Name(row))));
    ASSERT_TRUE(stream->WritesDone());
  });
  writer.join();  // nothing has been read so far
  v1::RegisterStreamResponse response;
  std::uint64_t rows = 0;
  for (; stream->Read(&response); ++rows) ASSERT_EQ(response.row(), rows);
  EXPECT_EQ(rows, static_cast<std::uint64_t>(kRows));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(GrpcStreamTest, AStreamWithoutRowsEndsWell) {
  grpc::ClientContext context;
  const auto stream = Open(context);
  ASSERT_TRUE(stream->WritesDone());
  v1::RegisterStreamResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(GrpcStreamTest, WithoutATokenItDoesNotBegin) {
  grpc::ClientContext context;
  const auto stream = Open(context, "guess");
  v1::RegisterStreamResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ProblemOf(context).code(), "token_unknown");
}

TEST_F(GrpcStreamTest, ARevokedTokenRefusesTheRowsThatFollow) {
  grpc::ClientContext context;
  const auto stream = Open(context);
  v1::RegisterStreamResponse response;
  ASSERT_TRUE(stream->Write(Row(Name(0))));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.has_receipt());
  Admit("admin", {v1::SCOPE_ADMIN});
  v1::RevokeTokenRequest revoke;
  revoke.set_id(registry::TokenName(registry::TokenId(registry::SecretHash("writer"))));
  ASSERT_EQ(Call(*admin_, &v1::Admin::Stub::RevokeToken, revoke, "admin").code(), "(none)");
  ASSERT_TRUE(stream->Write(Row(Name(1))));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.problem().code(), "token_revoked");
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(GrpcStreamTest, EachRowHasARequestIdOfItsOwn) {
  v1::RegisterStreamResponse first;
  v1::RegisterStreamResponse second;
  v1::RegisterRequest row = Row(Name(0));
  row.set_request_id(std::string(16, 'r'));
  for (auto* response : {&first, &second}) {
    grpc::ClientContext context;
    const auto stream = Open(context);
    ASSERT_TRUE(stream->Write(row));
    ASSERT_TRUE(stream->WritesDone());
    ASSERT_TRUE(stream->Read(response));
    EXPECT_TRUE(stream->Finish().ok());
  }
  EXPECT_FALSE(first.receipt().repeated());
  EXPECT_TRUE(second.receipt().repeated());
  EXPECT_EQ(first.receipt().seq(), second.receipt().seq());
}

TEST_F(GrpcStreamTest, WhatACancelledClientHasSentIsDoneOrNotButNothingHangs) {
  for (int round = 0; round < 20; ++round) {
    grpc::ClientContext context;
    const auto stream = Open(context);
    for (int row = 0; row < 20 * round; ++row) {
      if (!stream->Write(Row(Name(1'000 * round + row)))) break;
    }
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), StatusCode::CANCELLED);
  }
  // Were a stream still there, this would wait for it; the deadline of the test would end it.
  server_->Stop(std::chrono::seconds(60));
}

TEST_F(GrpcStreamTest, ACancelledClientsRowsAreStillAnsweredToTheStream) {
  gate_.Close();
  {
    grpc::ClientContext context;
    const auto stream = Open(context);
    ASSERT_TRUE(stream->Write(Row(Name(0))));
    gate_.AwaitArrival();
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), StatusCode::CANCELLED);
  }
  gate_.Open();
  server_->Stop(std::chrono::seconds(60));
  EXPECT_EQ(Entries(), 3U) << "it was in the log before the client went";
}

TEST_F(GrpcStreamTest, StoppingAnswersWhatWasTakenThenEndsTheStream) {
  grpc::ClientContext context;
  const auto stream = Open(context);
  v1::RegisterStreamResponse response;
  ASSERT_TRUE(stream->Write(Row(Name(0))));
  ASSERT_TRUE(stream->Read(&response));
  gate_.Close();
  ASSERT_TRUE(stream->Write(Row(Name(1))));
  gate_.AwaitArrival();
  std::thread stopper([&] { server_->Stop(std::chrono::seconds(60)); });
  gate_.Open();
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.row(), 1U);
  EXPECT_TRUE(response.has_receipt());
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  stopper.join();
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ProblemOf(context).code(), "unavailable");
}

TEST_F(GrpcStreamTest, StoppingDoesNotWaitForAClientThatNeverReads) {
  GrpcServer::Options options = Local();
  options.stream_window = 4;
  options.write_patience = std::chrono::minutes(10);
  options.last_write = options.tick = std::chrono::milliseconds(10);
  Serve(options);
  grpc::ClientContext context;
  const auto stream = Open(context);
  // Results of refused rows are large; those that nobody reads fill the connection.
  std::atomic<bool> stopped{false};
  std::thread writer([&] {
    while (!stopped.load() && stream->Write(Row("no-slash" + std::string(200, 'x')))) {
    }
  });
  ASSERT_TRUE([&] {
    v1::RegisterStreamResponse response;
    return stream->Read(&response);  // it has begun
  }());
  server_->Stop(std::chrono::minutes(10));
  stopped.store(true);
  writer.join();
  context.TryCancel();
  EXPECT_FALSE(stream->Finish().ok());
}

TEST_F(GrpcStreamTest, ManyStreamsAtOnce) {
  constexpr int kStreams = 8;
  constexpr int kRows = 500;
  std::vector<std::thread> clients;
  clients.reserve(kStreams);
  std::atomic<int> receipts{0};
  for (int client = 0; client < kStreams; ++client) {
    clients.emplace_back([&, client] {
      grpc::ClientContext context;
      const auto stream = Open(context);
      std::thread writer([&] {
        for (int row = 0; row < kRows; ++row) stream->Write(Row(Name(client * kRows + row)));
        stream->WritesDone();
      });
      v1::RegisterStreamResponse response;
      while (stream->Read(&response)) receipts += response.has_receipt() ? 1 : 0;
      writer.join();
      EXPECT_TRUE(stream->Finish().ok());
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(receipts.load(), kStreams * kRows);
  EXPECT_EQ(Entries(), static_cast<std::uint64_t>(kStreams) * kRows + 2);
}

}  // namespace
}  // namespace idnode::serve
