// Starting, stopping, TLS, health and reflection.
#include <grpcpp/generic/generic_stub.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <future>

#include "grpc_certificate.h"
#include "grpc_fixture.h"
#include "temporary_directory.h"

namespace idnode::serve {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kId = "88.118.1001/SKU-000017";

class GrpcServerTest : public GrpcTest {
 protected:
  GrpcServerTest() {
    AddPrefix("88.118.1001");
    Admit("writer", {v1::SCOPE_REGISTER, v1::SCOPE_READ}, "88.118.1001");
  }

  // What a method that this build has no stubs for answers to one message; both as octets.
  static std::string Ask(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                         const std::string& message) {
    grpc::GenericStub stub(channel);
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + seconds(30));
    const auto call = stub.PrepareCall(&context, method, &queue);
    const auto wait = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    call->StartCall(nullptr);
    wait();
    const grpc::Slice slice(message);
    call->WriteLast(grpc::ByteBuffer(&slice, 1), {}, nullptr);
    wait();
    grpc::ByteBuffer answer;
    call->Read(&answer, nullptr);
    const bool answered = wait();
    grpc::Status status;
    call->Finish(&status, nullptr);
    wait();
    if (!answered) return "(" + status.error_message() + ")";
    grpc::Slice whole;
    (void)answer.DumpToSingleSlice(&whole);
    return {reinterpret_cast<const char*>(whole.begin()), whole.size()};
  }

  std::string Refused(const GrpcServer::Options& options) {
    std::string reason;
    const auto server = TryToServe(options, reason);
    return server.ok() ? "(serves)" : reason;
  }
};

TEST_F(GrpcServerTest, IsHealthyAndTellsWhatItOffers) {
  EXPECT_EQ(Ask(Connect(), "/grpc.health.v1.Health/Check", ""), std::string("\x08\x01"))
      << "SERVING";
  const std::string services =
      Ask(Connect(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
          std::string("\x3A\x00", 2));  // list_services
  for (const char* service : {"idnode.v1.Registrar", "idnode.v1.Admin"}) {
    EXPECT_NE(services.find(service), std::string::npos) << service;
  }
}

TEST_F(GrpcServerTest, ListensOnSeveralEndpoints) {
  GrpcServer::Options options = Local();
  options.listen.push_back(Endpoint::Parse("[::1]:0").value());
  Serve(options);
  ASSERT_EQ(server_->endpoints().size(), 2U);
  for (const Endpoint& endpoint : server_->endpoints()) {
    EXPECT_NE(endpoint.port, 0) << endpoint.ToText();
    const auto channel = grpc::CreateChannel(endpoint.ToText(), grpc::InsecureChannelCredentials());
    EXPECT_EQ(Ask(channel, "/grpc.health.v1.Health/Check", ""), std::string("\x08\x01"));
  }
}

TEST_F(GrpcServerTest, SaysWhyItCannotListen) {
  GrpcServer::Options options = Local();
  options.listen = server_->endpoints();
  EXPECT_EQ(Refused(options), target() +
                                  ": Address already in use; another program listens there, "
                                  "or the same one twice");
  options.listen = {Endpoint::Parse("192.0.2.1:0").value()};
  EXPECT_EQ(Refused(options), "192.0.2.1:0: Cannot assign requested address");
  EXPECT_EQ(Register(kId, "writer").code(), "(none)") << "the one that was there serves on";
}

TEST_F(GrpcServerTest, AStoppedOneListensNoMore) {
  const auto endpoints = server_->endpoints();
  server_->Stop(seconds(10));
  server_->Stop(seconds(10));
  GrpcServer::Options options = Local();
  options.listen = endpoints;
  Serve(options);
  EXPECT_EQ(Register(kId, "writer").code(), "(none)");
}

TEST_F(GrpcServerTest, StoppingLetsCallsFinishAndTakesNoOthers) {
  gate_.Close();
  std::thread caller([&] { EXPECT_EQ(Register(kId, "writer").code(), "(none)"); });
  gate_.AwaitArrival();
  auto stopped = std::async(std::launch::async, [&] { server_->Stop(seconds(60)); });
  // Sooner or later a call is told so; until the gate opens none gets anything else done.
  while (Ask(Connect(), "/grpc.health.v1.Health/Check", "") != std::string("\x08\x02")) {
    std::this_thread::yield();
  }
  Reply<v1::GetResponse> refused;
  do {
    refused = Get(kId, "writer");
  } while (refused.code() == "identifier_not_found" || refused.status.ok());
  EXPECT_EQ(refused.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(refused.code(), "unavailable");
  EXPECT_EQ(stopped.wait_for(milliseconds(0)), std::future_status::timeout);
  gate_.Open();
  caller.join();
  stopped.get();
}

TEST_F(GrpcServerTest, AnOpenHealthWatchDoesNotHoldUpTheEnd) {
  grpc::GenericStub stub(Connect());
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + seconds(60));
  const auto done = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto call = stub.PrepareCall(&context, "/grpc.health.v1.Health/Watch", &queue);
  call->StartCall(nullptr);
  ASSERT_TRUE(done());
  call->WriteLast(grpc::ByteBuffer(nullptr, 0), {}, nullptr);
  ASSERT_TRUE(done());
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  ASSERT_TRUE(done()) << "the watch is open now";
  const auto begin = std::chrono::steady_clock::now();
  server_->Stop(seconds(60));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(30));
  do {  // what is not read would hold the status back
    call->Read(&answer, nullptr);
  } while (done());
  grpc::Status status;
  call->Finish(&status, nullptr);
  ASSERT_TRUE(done());
  EXPECT_FALSE(status.ok());
}

// A plain connection to the door, without a word.
class Silent {
 public:
  explicit Silent(const Endpoint& server) : fd_(::socket(AF_INET6, SOCK_STREAM, 0)) {
    const sockaddr_in6 address = server.ToSocketAddress();
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;
  ~Silent() { ::close(fd_); }

  // Waits for the server to close it.
  void AwaitEnd() const {
    char octets[512];  // gRPC's settings come first
    while (::recv(fd_, octets, sizeof octets, 0) > 0) {
    }
  }

 private:
  int fd_;
};

// What a new client over a connection of its own gets.
std::string HealthOverOwnConnection(
    const std::string& target, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    const std::function<std::string(const std::shared_ptr<grpc::Channel>&)>& ask) {
  grpc::ChannelArguments own;
  own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return ask(grpc::CreateCustomChannel(target, credentials, own));
}

// Fills the door with silent connections, and lets a client in once one of them has gone.
TEST_F(GrpcServerTest, HoldsItsLimitOfConnections) {
  const auto ask = [](const auto& channel) {
    return Ask(channel, "/grpc.health.v1.Health/Check", "");
  };
  const auto try_it = [&] {
    return HealthOverOwnConnection(target(), grpc::InsecureChannelCredentials(), ask);
  };
  GrpcServer::Options options = Local();
  options.connections = 3;
  options.handshake = std::chrono::minutes(10);
  Serve(options);
  const auto open = [&] { return server_->counts().front().value; };
  const auto await_open = [&](std::uint64_t expected) {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    while (open() != expected && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    EXPECT_EQ(open(), expected);
  };
  const Endpoint door = server_->endpoints().front();
  auto first = std::make_unique<Silent>(door);
  const Silent second(door);
  const Silent third(door);
  await_open(3);
  Silent(door).AwaitEnd();
  EXPECT_NE(try_it(), std::string("\x08\x01"));
  first.reset();
  await_open(2);
  EXPECT_EQ(try_it(), std::string("\x08\x01")) << "SERVING";
  EXPECT_GE(server_->counts()[2].value, 2U) << server_->counts()[2].name;

  options.connections = 3;
  options.connections_per_source = 1;
  Serve(options);
  const Silent mine(server_->endpoints().front());
  await_open(1);
  Silent(server_->endpoints().front()).AwaitEnd();
  EXPECT_EQ(server_->counts()[3].value, 1U) << server_->counts()[3].name;
}

TEST_F(GrpcServerTest, EndsConnectionsThatSayNothing) {
  GrpcServer::Options options = Local();
  options.handshake = milliseconds(100);
  Serve(options);
  Silent(server_->endpoints().front()).AwaitEnd();
}

class GrpcTlsTest : public GrpcServerTest {
 protected:
  static GrpcServer::Options With(const std::filesystem::path& certificate,
                                  const std::filesystem::path& key) {
    GrpcServer::Options options = Local();
    options.certificate_file = certificate;
    options.key_file = key;
    return options;
  }

  // The version that a client ends up with if it speaks none newer than `newest`; "(refused)".
  std::string Handshake(int newest) {
    const int port = server_->endpoints().front().port;
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, newest);
    SSL* const ssl = SSL_new(context);
    constexpr unsigned char kHttp2[] = "\x02h2";
    SSL_set_alpn_protos(ssl, kHttp2, sizeof kHttp2 - 1);
    const sockaddr_in6 address = server_->endpoints().front().ToSocketAddress();
    const int file = ::socket(AF_INET6, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0)
        << port;
    SSL_set_fd(ssl, file);
    std::string version = SSL_connect(ssl) == 1 ? SSL_get_version(ssl) : "(refused)";
    SSL_free(ssl);
    SSL_CTX_free(context);
    ::close(file);
    return version;
  }

  TemporaryDirectory directory_;
  TestCertificate certificate_ = MakeCertificate(directory_.path(), "node");
};

TEST_F(GrpcTlsTest, WhoTrustsTheCertificateMayCall) {
  Serve(With(certificate_.certificate_file, certificate_.key_file));
  registrar_ = v1::Registrar::NewStub(grpc::CreateChannel(
      target(), grpc::SslCredentials({.pem_root_certs = certificate_.certificate})));
  EXPECT_EQ(Register(kId, "writer").code(), "(none)");
  EXPECT_EQ(Register(kId, "guess").code(), "token_unknown");

  const auto get = [&](const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    const auto stub = v1::Registrar::NewStub(grpc::CreateChannel(target(), credentials));
    grpc::ClientContext context;
    v1::GetResponse response;
    return stub->Get(&context, {}, &response).error_code();
  };
  const TestCertificate other = MakeCertificate(directory_.path(), "other");
  EXPECT_EQ(get(grpc::SslCredentials({.pem_root_certs = other.certificate})),
            StatusCode::UNAVAILABLE);
  EXPECT_EQ(get(grpc::InsecureChannelCredentials()), StatusCode::UNAVAILABLE);
}

TEST_F(GrpcTlsTest, HoldsItsLimitOfConnections) {
  GrpcServer::Options options = With(certificate_.certificate_file, certificate_.key_file);
  options.connections = 1;
  Serve(options);
  const auto credentials = grpc::SslCredentials({.pem_root_certs = certificate_.certificate});
  const auto try_it = [&] {
    return HealthOverOwnConnection(target(), credentials, [](const auto& channel) {
      return Ask(channel, "/grpc.health.v1.Health/Check", "");
    });
  };
  {
    const Silent full(server_->endpoints().front());
    while (server_->counts().front().value != 1) std::this_thread::yield();
    EXPECT_NE(try_it(), std::string("\x08\x01"));
  }
  while (server_->counts().front().value != 0) std::this_thread::yield();
  EXPECT_EQ(try_it(), std::string("\x08\x01")) << "SERVING";
}

TEST_F(GrpcTlsTest, SpeaksNothingOlderThanTls12) {
  Serve(With(certificate_.certificate_file, certificate_.key_file));
  EXPECT_EQ(Handshake(TLS1_1_VERSION), "(refused)");
  EXPECT_EQ(Handshake(TLS1_2_VERSION), "TLSv1.2");
  EXPECT_EQ(Handshake(TLS1_3_VERSION), "TLSv1.3");
}

TEST_F(GrpcTlsTest, SaysWhatIsWrongWithTheFiles) {
  const TestCertificate other = MakeCertificate(directory_.path(), "other");
  const TestCertificate secret = MakeCertificate(directory_.path(), "secret", "phrase");
  const auto empty = directory_.path() / "empty";
  std::ofstream(empty).close();
  const auto says = [&](const std::filesystem::path& certificate, const std::filesystem::path& key,
                        const std::string& what) {
    const std::string reason = Refused(With(certificate, key));
    EXPECT_NE(reason.find(what), std::string::npos) << reason;
  };
  says(certificate_.certificate_file, "", "needs both");
  says("", certificate_.key_file, "needs both");
  says(directory_.path() / "none", certificate_.key_file, "none: cannot be read: No such file");
  says(directory_.path(), certificate_.key_file, "cannot be read: Is a directory");
  says(empty, certificate_.key_file, "empty: holds no certificate");
  says(certificate_.certificate_file, empty, "empty: holds no private key");
  says(certificate_.certificate_file, other.key_file, "other.key: is not the key");
  says(secret.certificate_file, secret.key_file, "needs a pass phrase");
}

}  // namespace
}  // namespace idnode::serve
