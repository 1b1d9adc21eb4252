// Statistics.Watch over a real connection: what is sent, and every way that it ends.
#include <atomic>
#include <future>
#include <thread>

#include "grpc_fixture.h"
#include "grpc_watcher.h"
#include "monitor/feed_cursor.h"

namespace idnode::serve {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kOne = "88.118.1001";
const std::string kOther = "88.118.2002";
const std::string kDay = "2026-11-18";

class GrpcWatchTest : public GrpcTest {
 protected:
  using Rows = Watcher::Rows;

  GrpcWatchTest() { Fill(); }

  void Fill() {
    AddPrefix(kOne);
    AddPrefix(kOther);
    Admit("writer", {v1::SCOPE_REGISTER});
    Admit("monitor", {v1::SCOPE_MONITOR});
    Admit("own", {v1::SCOPE_MONITOR}, kOne);
    Admit("admin", {v1::SCOPE_ADMIN});
    Add(kOne + "/a");
    Add(kOther + "/a");
    Add(kOther + "/b");
  }

  void Add(const std::string& identifier) {
    const auto reply = Register(identifier, "writer");
    if (!reply.status.ok()) throw std::runtime_error(reply.code());
  }

  void ServeTo(std::uint32_t watchers, milliseconds write_patience = seconds(60)) {
    GrpcServer::Options options = Local();
    options.watchers = watchers;
    options.write_patience = write_patience;
    options.tick = milliseconds(10);
    Serve(options);
    statistics_ = v1::Statistics::NewStub(Connect());
  }

  void Revoke(const std::string& secret) {
    v1::RevokeTokenRequest revoke;
    revoke.set_id(registry::TokenName(registry::TokenId(registry::SecretHash(secret))));
    ASSERT_EQ(Call(*admin_, &v1::Admin::Stub::RevokeToken, revoke, "admin").code(), "(none)");
  }

  std::uint64_t Entries() const { return committer_->state().head.seq(); }

  std::string EndsWith(const std::string& secret, StatusCode status,
                       const std::string& cursor = {}) {
    Watcher watcher(*statistics_, secret, cursor);
    return watcher.Finish(status);
  }

  // Waits until there is room for a watcher again.
  void AwaitRoom() {
    const auto end = std::chrono::steady_clock::now() + seconds(50);
    for (;;) {
      Watcher watcher(*statistics_, "monitor");
      if (watcher.ReadRound()) return;
      ASSERT_EQ(watcher.Finish(StatusCode::RESOURCE_EXHAUSTED), "watchers_full");
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "the watcher before is still counted";
      std::this_thread::yield();
    }
  }

  std::unique_ptr<v1::Statistics::Stub> statistics_ = v1::Statistics::NewStub(Connect());
};

TEST_F(GrpcWatchTest, FirstSendsEverythingThenWhatChanges) {
  Watcher watcher(*statistics_, "monitor");
  ASSERT_TRUE(watcher.ReadRound());
  EXPECT_EQ(watcher.rows, (Rows{{kOne + " " + kDay, {1, 1}}, {kOther + " " + kDay, {2, 2}}}));
  EXPECT_EQ(watcher.message.log_size(), Entries());
  const auto status = Call(*admin_, &v1::Admin::Stub::GetStatus, {}, "admin");
  EXPECT_EQ(watcher.message.log_id(), status.response.log_id());

  Add(kOne + "/b");
  ASSERT_TRUE(watcher.ReadRound());
  EXPECT_EQ(watcher.rows, (Rows{{kOne + " " + kDay, {2, 2}}})) << "nothing that did not change";
  EXPECT_EQ(watcher.message.log_size(), Entries());

  clock_.Advance(6 * std::int64_t{3'600'000});
  Add(kOne + "/c");
  ASSERT_TRUE(watcher.ReadRound());
  EXPECT_EQ(watcher.rows, (Rows{{kOne + " 2026-11-19", {3, 3}}})) << "cumulative, of a new day";
}

TEST_F(GrpcWatchTest, GoesOnFromACursor) {
  std::string cursor;
  {
    Watcher watcher(*statistics_, "monitor");
    ASSERT_TRUE(watcher.ReadRound());
    cursor = watcher.cursor;
  }
  Add(kOther + "/c");
  Watcher again(*statistics_, "monitor", cursor);
  ASSERT_TRUE(again.ReadRound());
  EXPECT_EQ(again.rows, (Rows{{kOther + " " + kDay, {3, 3}}})) << "what was missed, no more";
  EXPECT_NE(again.cursor, cursor);

  Watcher caught_up(*statistics_, "monitor", again.cursor);
  ASSERT_TRUE(caught_up.ReadRound()) << "a cursor, though nothing changed";
  EXPECT_EQ(caught_up.rows, Rows());
  EXPECT_EQ(caught_up.cursor, again.cursor);
  Add(kOne + "/b");
  ASSERT_TRUE(caught_up.ReadRound());
  EXPECT_EQ(caught_up.rows, (Rows{{kOne + " " + kDay, {2, 2}}}));
}

TEST_F(GrpcWatchTest, MissesNothingHoweverOftenItIsCutOff) {
  std::atomic<bool> enough{false};
  std::uint64_t added = 0;  // the writer's, until it is joined
  std::thread writer([&] {
    for (; !enough.load(); ++added) {
      Add((added % 2 == 0 ? kOne : kOther) + "/" + std::to_string(added));
    }
  });
  Rows all;
  std::string cursor;
  const auto take = [&](const Watcher& watcher) {
    for (const auto& [key, counts] : watcher.rows) {
      EXPECT_GE(counts.first, all[key].first) << "an older state";
      all[key] = counts;
    }
    cursor = watcher.cursor;
  };
  for (int cut = 0; cut < 8; ++cut) {
    Watcher watcher(*statistics_, "monitor", cursor);
    for (int round = 0; round <= cut % 3; ++round) {
      EXPECT_TRUE(watcher.ReadRound());
      take(watcher);
    }
  }
  enough.store(true);
  writer.join();
  Watcher watcher(*statistics_, "monitor", cursor);
  do {
    ASSERT_TRUE(watcher.ReadRound());
    take(watcher);
  } while (watcher.message.log_size() < Entries());
  const std::uint64_t one = 1 + (added + 1) / 2;
  const std::uint64_t other = 2 + added / 2;
  EXPECT_EQ(all, (Rows{{kOne + " " + kDay, {one, static_cast<std::int64_t>(one)}},
                       {kOther + " " + kDay, {other, static_cast<std::int64_t>(other)}}}));
}

TEST_F(GrpcWatchTest, ShowsNoForeignPrefix) {
  Watcher watcher(*statistics_, "own");
  ASSERT_TRUE(watcher.ReadRound());
  EXPECT_EQ(watcher.rows, (Rows{{kOne + " " + kDay, {1, 1}}}));
  Add(kOther + "/c");
  ASSERT_TRUE(watcher.ReadRound());
  EXPECT_EQ(watcher.rows, Rows());
  EXPECT_EQ(watcher.message.log_size(), Entries());
}

TEST_F(GrpcWatchTest, RefusesWhoMayNot) {
  EXPECT_EQ(EndsWith("", StatusCode::UNAUTHENTICATED), "token_missing");
  EXPECT_EQ(EndsWith("guess", StatusCode::UNAUTHENTICATED), "token_unknown");
  EXPECT_EQ(EndsWith("writer", StatusCode::PERMISSION_DENIED), "permission_denied");
  EXPECT_EQ(EndsWith("admin", StatusCode::PERMISSION_DENIED), "permission_denied");
}

TEST_F(GrpcWatchTest, RefusesACursorThatIsNotOfThisLog) {
  std::string cursor;
  {
    Watcher watcher(*statistics_, "monitor");
    ASSERT_TRUE(watcher.ReadRound());
    cursor = watcher.cursor;
  }
  std::string damaged = cursor;
  damaged[40] = static_cast<char>(damaged[40] ^ 1);
  for (const std::string& malformed :
       {cursor.substr(0, 60), cursor + "x", damaged, std::string("x"), std::string(61, '\0')}) {
    EXPECT_EQ(EndsWith("monitor", StatusCode::INVALID_ARGUMENT, malformed), "cursor_malformed");
  }
  const auto read = monitor::DecodeFeedCursor(cursor);
  ASSERT_TRUE(read.ok());
  monitor::FeedCursor ahead = read.value();
  ahead.seq += 1;
  monitor::FeedCursor of_another = read.value();
  of_another.log_id[0] ^= 1;
  monitor::FeedCursor grown_otherwise = read.value();
  grown_otherwise.last[0] ^= 1;
  for (const auto& foreign : {ahead, of_another, grown_otherwise}) {
    EXPECT_EQ(
        EndsWith("monitor", StatusCode::FAILED_PRECONDITION, monitor::EncodeFeedCursor(foreign)),
        "cursor_foreign");
  }
  // The node's data was replaced.
  server_.reset();
  registry_.reset();
  committer_.reset();
  for (auto& table : disk_.tables) table.clear();
  Build(std::make_unique<store::MemoryEngine>(disk_), {});
  ServeTo(64);
  Fill();
  EXPECT_EQ(EndsWith("monitor", StatusCode::FAILED_PRECONDITION, cursor), "cursor_foreign");
}

TEST_F(GrpcWatchTest, ARevokedTokenEndsIt) {
  Watcher watcher(*statistics_, "monitor");
  ASSERT_TRUE(watcher.ReadRound());
  Revoke("monitor");
  Add(kOne + "/b");
  EXPECT_FALSE(watcher.ReadRound()) << "not a row more";
  EXPECT_EQ(watcher.Finish(StatusCode::UNAUTHENTICATED), "token_revoked");
}

TEST_F(GrpcWatchTest, AnExpiredTokenGetsNothingMore) {
  Admit("short", {v1::SCOPE_MONITOR}, {}, kNow + 60'000);
  Watcher watcher(*statistics_, "short");
  ASSERT_TRUE(watcher.ReadRound());
  clock_.Advance(60'000);
  Add(kOne + "/b");
  EXPECT_FALSE(watcher.ReadRound());
  EXPECT_EQ(watcher.Finish(StatusCode::UNAUTHENTICATED), "token_expired");
}

TEST_F(GrpcWatchTest, ATokenThatEndsWhileThereIsNothingToSayEndsIt) {
  ServeTo(2);
  Admit("short", {v1::SCOPE_MONITOR}, {}, kNow + 60'000);
  Watcher expires(*statistics_, "short");
  Watcher is_revoked(*statistics_, "monitor");
  do {
    ASSERT_TRUE(expires.ReadRound());
  } while (expires.message.log_size() < Entries());
  ASSERT_TRUE(is_revoked.ReadRound());
  clock_.Advance(60'000);
  EXPECT_EQ(expires.Finish(StatusCode::UNAUTHENTICATED), "token_expired");
  Revoke("monitor");
  EXPECT_EQ(is_revoked.Finish(StatusCode::UNAUTHENTICATED), "token_revoked");
}

TEST_F(GrpcWatchTest, RefusesMoreThanItServes) {
  ServeTo(2);
  auto one = std::make_unique<Watcher>(*statistics_, "monitor");
  Watcher two(*statistics_, "monitor");
  ASSERT_TRUE(one->ReadRound());
  ASSERT_TRUE(two.ReadRound());
  EXPECT_EQ(EndsWith("monitor", StatusCode::RESOURCE_EXHAUSTED), "watchers_full");
  one.reset();
  AwaitRoom();
  Add(kOne + "/b");
  EXPECT_TRUE(two.ReadRound()) << "the others did not notice";
}

TEST_F(GrpcWatchTest, StrangersTakeNobodysPlace) {
  ServeTo(1);
  std::atomic<bool> enough{false};
  std::vector<std::thread> strangers;
  strangers.reserve(4);
  for (int i = 0; i < 4; ++i) {
    strangers.emplace_back([&] {
      while (!enough.load()) EndsWith("guess", StatusCode::UNAUTHENTICATED);
    });
  }
  for (int i = 0; i < 20; ++i) EndsWith("guess", StatusCode::UNAUTHENTICATED);
  {
    Watcher watcher(*statistics_, "monitor");
    EXPECT_TRUE(watcher.ReadRound());
  }
  enough.store(true);
  for (std::thread& stranger : strangers) stranger.join();
}

TEST_F(GrpcWatchTest, AClientThatCancelsWhileItWaitsIsGone) {
  ServeTo(1);
  for (int i = 0; i < 20; ++i) {
    Watcher watcher(*statistics_, "monitor");
    if (i % 2 == 0) {
      // The place of the one before may be taken for a moment.
      if (!watcher.ReadRound()) continue;
    }
    watcher.Cancel();
  }
  AwaitRoom();
  server_->Stop(seconds(60));  // were a stream still there, this would wait for it
}

TEST_F(GrpcWatchTest, StoppingEndsTheOnesThatWait) {
  Watcher one(*statistics_, "monitor");
  Watcher two(*statistics_, "own");
  ASSERT_TRUE(one.ReadRound());
  ASSERT_TRUE(two.ReadRound());
  auto stopped = std::async(std::launch::async, [&] { server_->Stop(seconds(60)); });
  EXPECT_EQ(one.Finish(StatusCode::UNAVAILABLE), "unavailable");
  EXPECT_EQ(two.Finish(StatusCode::UNAVAILABLE), "unavailable");
  stopped.get();
}

TEST_F(GrpcWatchTest, OnesThatBeginWhileItStopsEndOnce) {
  for (int round = 0; round < 20; ++round) {
    ServeTo(4);
    std::atomic<int> begun{0};
    std::vector<std::thread> clients;
    clients.reserve(4);
    for (int client = 0; client < 4; ++client) {
      clients.emplace_back(
          [&, client, secret = std::string(client % 2 == 0 ? "monitor" : "guess")] {
            for (int call = 0; call < 20; ++call) {
              Watcher watcher(*statistics_, secret);
              ++begun;
              if (client % 4 == 0) (void)watcher.ReadMessage();
              watcher.Cancel();
            }
          });
    }
    while (begun.load() < 4 * (round % 10)) std::this_thread::yield();
    server_->Stop(seconds(60));
    for (std::thread& client : clients) client.join();
  }
}

// With rows for many messages, and a client whose window takes in less than one.
class GrpcSlowWatchTest : public GrpcWatchTest {
 protected:
  GrpcSlowWatchTest() {
    for (int prefix = 0; prefix < 20; ++prefix) AddPrefix(kOne + "." + std::to_string(prefix));
    for (int day = 0; day < 60; ++day) {
      clock_.Advance(std::int64_t{86'400'000});
      for (int prefix = 0; prefix < 20; ++prefix) {
        Add(kOne + "." + std::to_string(prefix) + "/" + std::to_string(day));
      }
    }
    ServeSlowly(seconds(60));
  }

  void ServeSlowly(milliseconds write_patience) {
    ServeTo(1, write_patience);
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 1'024);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    slow_ = v1::Statistics::NewStub(
        grpc::CreateCustomChannel(target(), grpc::InsecureChannelCredentials(), arguments));
  }

  std::unique_ptr<v1::Statistics::Stub> slow_;
};

TEST_F(GrpcSlowWatchTest, AClientThatDoesNotReadHoldsNothingOnceItIsGone) {
  {
    Watcher watcher(*slow_, "monitor");
    ASSERT_TRUE(watcher.ReadMessage()) << "it has begun";
    EXPECT_EQ(watcher.message.cursor(), "") << "and has more to say";
    Add(kOther + "/late");
    EXPECT_EQ(EndsWith("monitor", StatusCode::RESOURCE_EXHAUSTED), "watchers_full");
    watcher.Cancel();
  }
  AwaitRoom();
}

TEST_F(GrpcSlowWatchTest, AClientThatDoesNotReadLosesItsPlace) {
  ServeSlowly(seconds(1));
  Watcher watcher(*slow_, "monitor");
  ASSERT_TRUE(watcher.ReadMessage());
  EXPECT_EQ(watcher.message.cursor(), "") << "it has more to say";
  AwaitRoom();
  EXPECT_EQ(watcher.Finish(StatusCode::CANCELLED), "(none)");
}

TEST_F(GrpcSlowWatchTest, StoppingDoesNotWaitForAClientThatDoesNotRead) {
  Watcher watcher(*slow_, "monitor");
  ASSERT_TRUE(watcher.ReadMessage());
  server_->Stop(milliseconds(50));
  watcher.Cancel();
}

TEST_F(GrpcSlowWatchTest, ASlowClientGetsEverythingAllTheSame) {
  Watcher watcher(*slow_, "monitor");
  ASSERT_TRUE(watcher.ReadRound());
  EXPECT_EQ(watcher.rows.size(), 20U * 60 + 2);
  EXPECT_EQ(watcher.message.log_size(), Entries());
}

}  // namespace
}  // namespace idnode::serve
