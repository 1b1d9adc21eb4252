// History, recount, verification and the log, over a real connection.
#include "grpc_fixture.h"
#include "idnode/v1/audit.grpc.pb.h"
#include "ledger/fixture.h"
#include "ledger/rows.h"
#include "serve/grpc_log_hashes.h"

namespace idnode::serve {
namespace {

using grpc::StatusCode;
using Audit = v1::Audit::Stub;

const std::string kPrefix = "88.118.1001";
const std::string kOther = "88.118.2002";
const std::string kId = kPrefix + "/SKU-000017";

class GrpcAuditTest : public GrpcTest {
 protected:
  // Takes rows away, as no node does. Nobody else writes any more.
  void Damage(store::Family family, const std::vector<std::string>& keys) {
    committer_->Stop();
    std::vector<store::Erase> erases;
    for (const std::string& key : keys) erases.push_back({family, key});
    const std::string head = engine_->Head().value();
    ASSERT_EQ(engine_->Commit(head, head, {}, erases).value(), store::Outcome::kCommitted);
  }

  GrpcAuditTest() {
    AddPrefix(kPrefix);  // 0
    AddPrefix(kOther);
    Admit("writer", {v1::SCOPE_REGISTER});
    Admit("auditor", {v1::SCOPE_AUDIT});
    Admit("own", {v1::SCOPE_AUDIT}, kPrefix);
    Admit("admin", {v1::SCOPE_ADMIN});
  }

  v1::Receipt Add(const std::string& identifier) {
    const auto reply = Register(identifier, "writer");
    EXPECT_EQ(reply.code(), "(none)") << identifier;
    return reply.response.receipt();
  }
  v1::Receipt Update(const std::string& identifier, const std::string& data) {
    v1::UpdateRequest request;
    request.set_identifier(identifier);
    *request.mutable_values() = Row(identifier, data).values();
    request.set_request_id(std::string(16, 'u'));
    const auto reply = Call(*registrar_, &v1::Registrar::Stub::Update, request, "writer");
    EXPECT_EQ(reply.code(), "(none)");
    return reply.response.receipt();
  }
  v1::Receipt Remove(const std::string& identifier) {
    v1::DeleteRequest request;
    request.set_identifier(identifier);
    const auto reply = Call(*registrar_, &v1::Registrar::Stub::Delete, request, "writer");
    EXPECT_EQ(reply.code(), "(none)");
    return reply.response.receipt();
  }
  // Many entries, soon.
  void Fill(int count, const std::string& data = "x") {
    grpc::ClientContext context;
    Prepare(context, "writer");
    const auto stream = registrar_->RegisterStream(&context);
    std::thread writer([&] {
      for (int i = 0; i < count; ++i) {
        stream->Write(Row(kPrefix + "/fill-" + std::to_string(i), data));
      }
      stream->WritesDone();
    });
    v1::RegisterStreamResponse response;
    int receipts = 0;
    while (stream->Read(&response)) receipts += response.has_receipt() ? 1 : 0;
    writer.join();
    EXPECT_TRUE(stream->Finish().ok());
    EXPECT_EQ(receipts, count);
  }

  Reply<v1::HistoryResponse> History(const std::string& identifier,
                                     const std::string& secret = "auditor", std::uint32_t limit = 0,
                                     std::optional<std::uint64_t> before = {}) {
    v1::HistoryRequest request;
    request.set_identifier(identifier);
    request.set_limit(limit);
    if (before.has_value()) request.set_before_seq(*before);
    return Call(*audit_, &Audit::History, request, secret);
  }

  // All messages of a call, and how it ended.
  template <typename Response>
  struct Stream {
    std::vector<Response> messages;
    grpc::Status status;
    std::string code;
  };
  template <typename Request, typename Response>
  Stream<Response> ReadAll(std::unique_ptr<grpc::ClientReader<Response>> (Audit::*method)(
                               grpc::ClientContext*, const Request&),
                           const std::type_identity_t<Request>& request,
                           const std::string& secret = "auditor") {
    grpc::ClientContext context;
    Prepare(context, secret);
    const auto reader = (audit_.get()->*method)(&context, request);
    Stream<Response> out;
    Response response;
    while (reader->Read(&response)) out.messages.push_back(response);
    out.status = reader->Finish();
    out.code = out.status.ok() ? "(none)" : ProblemOf(context).code();
    return out;
  }

  static v1::ReadLogRequest From(std::uint64_t seq, std::uint64_t limit = 0,
                                 bool with_payload = false) {
    v1::ReadLogRequest request;
    request.set_from_seq(seq);
    request.set_limit(limit);
    request.set_with_payload(with_payload);
    return request;
  }
  std::vector<v1::ReadLogResponse::Row> ReadLog(const v1::ReadLogRequest& request) {
    const auto stream = ReadAll(&Audit::ReadLog, request);
    EXPECT_EQ(stream.code, "(none)");
    std::vector<v1::ReadLogResponse::Row> rows;
    for (const auto& message : stream.messages) {
      EXPECT_GT(message.rows_size(), 0);
      rows.insert(rows.end(), message.rows().begin(), message.rows().end());
    }
    return rows;
  }

  v1::GetStatusResponse Status() {
    return Call(*admin_, &v1::Admin::Stub::GetStatus, {}, "admin").response;
  }
  std::uint64_t Entries() const { return committer_->state().head.seq(); }

  std::unique_ptr<v1::Audit::Stub> audit_ = v1::Audit::NewStub(Connect());
};

TEST_F(GrpcAuditTest, HistoryTellsWhatBecameOfAnIdentifier) {
  const v1::Receipt created = Add(kId);
  Add(kPrefix + "/other");
  const v1::Receipt updated = Update(kId, "second");
  const v1::Receipt deleted = Remove(kId);
  const v1::Receipt recreated = Add(kId);

  const auto reply = History(kPrefix + "/sku-000017");
  ASSERT_EQ(reply.code(), "(none)");
  EXPECT_FALSE(reply.response.more());
  ASSERT_EQ(reply.response.entries_size(), 4) << "newest first";
  const std::vector<v1::Receipt> receipts = {recreated, deleted, updated, created};
  for (int i = 0; i < 4; ++i) {
    const v1::Entry& entry = reply.response.entries(i);
    const v1::Receipt& receipt = receipts.at(static_cast<std::size_t>(i));
    EXPECT_EQ(entry.seq(), receipt.seq());
    EXPECT_EQ(entry.time_ms(), receipt.time_ms());
    EXPECT_EQ(entry.kind(), receipt.kind());
    EXPECT_EQ(entry.channel(), v1::CHANNEL_GRPC);
    EXPECT_EQ(entry.prefix(), kPrefix);
    EXPECT_EQ(entry.actor(),
              "token " + registry::TokenName(registry::TokenId(registry::SecretHash("writer"))));
    EXPECT_EQ(entry.request_id().size(), 16U);
    EXPECT_EQ(entry.has_prev(), i < 3);
    if (i < 3) {
      EXPECT_EQ(entry.prev(), receipts.at(static_cast<std::size_t>(i) + 1).seq());
    }
  }
  const v1::Entry& update = reply.response.entries(2);
  EXPECT_EQ(update.identifier(), kId);
  EXPECT_EQ(update.request_id(), std::string(16, 'u'));
  ASSERT_EQ(update.values_size(), 1);
  EXPECT_EQ(update.values(0).data(), "second");
  EXPECT_EQ(update.prev_in_prefix(), created.seq() + 1) << "the other identifier's";
  EXPECT_EQ(reply.response.entries(1).values_size(), 0) << "deleted";
  EXPECT_FALSE(reply.response.entries(3).has_prev_in_prefix());
  const v1::Counts& totals = reply.response.entries(0).totals();
  EXPECT_EQ(totals.created(), 2U);
  EXPECT_EQ(totals.recreated(), 1U);
  EXPECT_EQ(totals.updated(), 1U);
  EXPECT_EQ(totals.deleted(), 1U);
  EXPECT_EQ(totals.active(), 2);
}

TEST_F(GrpcAuditTest, HistoryComesInPages) {
  std::vector<std::uint64_t> seqs = {Add(kId).seq()};
  for (int i = 0; i < 3; ++i) {
    seqs.insert(seqs.begin(), Remove(kId).seq());
    seqs.insert(seqs.begin(), Add(kId).seq());
  }
  std::vector<std::uint64_t> read;
  std::optional<std::uint64_t> before;
  for (bool more = true; more;) {
    const auto page = History(kId, "auditor", 3, before).response;
    ASSERT_GT(page.entries_size(), 0);
    ASSERT_LE(page.entries_size(), 3);
    for (const v1::Entry& entry : page.entries()) read.push_back(entry.seq());
    before = read.back();
    more = page.more();
  }
  EXPECT_EQ(read, seqs);
  EXPECT_EQ(History(kId, "auditor", 1'000).response.entries_size(), 7);
  const auto beyond_first = History(kId, "auditor", 3, seqs.back());
  EXPECT_EQ(beyond_first.code(), "(none)");
  EXPECT_EQ(beyond_first.response.entries_size(), 0);
}

TEST_F(GrpcAuditTest, HistoryRefuses) {
  Add(kId);
  const std::uint64_t foreign = Add(kOther + "/a").seq();
  EXPECT_EQ(History(kId, "").code(), "token_missing");
  EXPECT_EQ(History(kId, "writer").code(), "permission_denied");
  EXPECT_EQ(History(kId, "own").code(), "(none)");
  EXPECT_EQ(History(kOther + "/a", "own").code(), "permission_denied");
  EXPECT_EQ(History(kOther + "/none", "own").code(), "permission_denied") << "nor whether it is";
  EXPECT_EQ(History("no-slash").code(), "identifier_malformed");
  EXPECT_EQ(History(kPrefix + "/none").code(), "identifier_not_found");
  EXPECT_EQ(History("88.118.3003/a").code(), "prefix_unknown");
  EXPECT_EQ(History(kId, "auditor", 4'000'000'000).response.entries_size(), 1);
  // A seq that is not of this identifier: another's, a control object's, none's.
  for (const std::uint64_t before : {foreign, std::uint64_t{0}, Entries(), ~std::uint64_t{0}}) {
    const auto reply = History(kId, "own", 10, before);
    EXPECT_EQ(reply.code(), "identifier_not_found") << before;
    EXPECT_EQ(reply.response.entries_size(), 0);
  }
}

TEST_F(GrpcAuditTest, WhatCoversTheWholeLogNeedsAllPrefixes) {
  for (const auto& [secret, code] : {std::pair{"own", "permission_denied"},
                                     {"writer", "permission_denied"},
                                     {"admin", "permission_denied"},
                                     {"guess", "token_unknown"},
                                     {"", "token_missing"}}) {
    const auto status = std::string(code) == "permission_denied" ? StatusCode::PERMISSION_DENIED
                                                                 : StatusCode::UNAUTHENTICATED;
    const auto recount = ReadAll(&Audit::Recount, {}, secret);
    const auto verify = ReadAll(&Audit::Verify, {}, secret);
    const auto log = ReadAll(&Audit::ReadLog, From(0), secret);
    for (const auto& [is, ended] : {std::pair{recount.code, recount.status},
                                    {verify.code, verify.status},
                                    {log.code, log.status}}) {
      EXPECT_EQ(is, code) << secret;
      EXPECT_EQ(ended.error_code(), status) << secret;
    }
    EXPECT_EQ(recount.messages.size() + verify.messages.size() + log.messages.size(), 0U);
  }
}

TEST_F(GrpcAuditTest, RecountTellsHowFarItIsThenTheCounts) {
  Fill(2'000);
  Remove(kPrefix + "/fill-0");
  Add(kOther + "/a");
  const auto stream = ReadAll(&Audit::Recount, {});
  ASSERT_EQ(stream.code, "(none)");
  ASSERT_GE(stream.messages.size(), 2U) << "progress at least once";
  std::uint64_t last = 0;
  for (const v1::RecountResponse& message : stream.messages) {
    EXPECT_GT(message.entries_read(), last);
    last = message.entries_read();
    EXPECT_EQ(message.entries_total(), Entries());
    EXPECT_EQ(message.has_result(), &message == &stream.messages.back());
  }
  EXPECT_EQ(last, Entries());
  const auto& result = stream.messages.back().result();
  EXPECT_TRUE(result.equal());
  EXPECT_EQ(result.total().created(), 2'001U);
  EXPECT_EQ(result.total().deleted(), 1U);
  EXPECT_EQ(result.total().active(), 2'000);
  EXPECT_EQ(result.prefixes(), 2U);
  EXPECT_EQ(result.differences_size(), 0);
  EXPECT_EQ(result.difference_count(), 0U);
}

TEST_F(GrpcAuditTest, RecountFindsCountsThatAreWrong) {
  Add(kId);
  std::vector<std::string> keys;
  const auto counts = engine_->Scan(store::Family::kCounts, "", 100);
  for (const store::Row& row : counts.value()) {
    if (row.key.find(kPrefix) != std::string::npos) keys.push_back(row.key);
  }
  ASSERT_FALSE(keys.empty());
  Damage(store::Family::kCounts, keys);
  const auto stream = ReadAll(&Audit::Recount, {});
  ASSERT_EQ(stream.code, "(none)");
  const auto& result = stream.messages.back().result();
  EXPECT_FALSE(result.equal());
  EXPECT_EQ(result.total().created(), 1U) << "as counted from the log";
  EXPECT_GT(result.difference_count(), 0U);
  ASSERT_GT(result.differences_size(), 0);
  EXPECT_NE(result.differences(0).name().find(kPrefix), std::string::npos)
      << result.differences(0).name();
}

TEST_F(GrpcAuditTest, VerifyTellsHowFarItIsThenTheRootOfTheTree) {
  Fill(1'000);
  const auto stream = ReadAll(&Audit::Verify, {});
  ASSERT_EQ(stream.code, "(none)");
  ASSERT_GE(stream.messages.size(), 2U);
  std::uint64_t last = 0;
  for (const v1::VerifyResponse& message : stream.messages) {
    EXPECT_GE(message.rows_read(), last);
    last = message.rows_read();
    EXPECT_EQ(message.has_result(), &message == &stream.messages.back());
  }
  const auto& result = stream.messages.back().result();
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.entries(), Entries());
  EXPECT_EQ(result.difference_count(), 0U);
  EXPECT_EQ(result.root_hash(), Status().root_hash());
  std::vector<std::string> leaves;
  for (const auto& row : ReadLog(From(0))) leaves.push_back(row.leaf());
  EXPECT_EQ(result.root_hash(), RootOf(leaves));
}

TEST_F(GrpcAuditTest, VerifyNamesWhatIsWrong) {
  Add(kId);
  const auto records = engine_->Scan(store::Family::kRecords, "", 100).value();
  ASSERT_EQ(records.size(), 1U);
  const std::string& key = records[0].key;
  Damage(store::Family::kRecords, {key});
  const auto stream = ReadAll(&Audit::Verify, {});
  ASSERT_EQ(stream.code, "(none)");
  const auto& result = stream.messages.back().result();
  EXPECT_FALSE(result.ok());
  EXPECT_GT(result.difference_count(), 0U);
  ASSERT_GT(result.differences_size(), 0);
  EXPECT_EQ(result.differences(0).family(), "records");
  EXPECT_EQ(result.differences(0).key(), key);
  EXPECT_NE(result.differences(0).what(), "");
}

// Octets in order, a chain that fits, and yet no registry has made it.
TEST_F(GrpcAuditTest, VerifyKnowsTheRules) {
  Add(kId);
  ASSERT_EQ(ledger::Send(*committer_, ledger::Creates(kPrefix + "/forged")).get().kind,
            ledger::Answer::Kind::kCommitted);
  const auto stream = ReadAll(&Audit::Verify, {});
  ASSERT_EQ(stream.code, "(none)");
  const auto& result = stream.messages.back().result();
  ASSERT_EQ(result.difference_count(), 1U);
  EXPECT_EQ(result.differences(0).family(), "leaf");
  EXPECT_EQ(result.differences(0).key(), ledger::SeqKey(Entries() - 1));
  EXPECT_EQ(result.differences(0).what(), "the token that did it was never added");
}

TEST_F(GrpcAuditTest, TheLogIsReadFromACursor) {
  Fill(300);  // several pages of the store
  const auto all = ReadLog(From(0));
  ASSERT_EQ(all.size(), Entries());
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_EQ(all[i].seq(), i);
    EXPECT_EQ(all[i].payload(), "") << "not asked for";
  }
  // Whatever the steps, the same rows.
  for (const std::uint64_t step : {1U, 63U, 64U, 65U, 200U}) {
    std::size_t at = 0;
    for (;;) {
      const auto some = ReadLog(From(at, step));
      ASSERT_EQ(some.size(), std::min<std::size_t>(step, all.size() - at));
      for (const auto& row : some) {
        ASSERT_EQ(row.SerializeAsString(), all[at].SerializeAsString());
        ++at;
      }
      if (some.size() < step) break;
    }
    EXPECT_EQ(at, all.size());
  }
  EXPECT_EQ(ReadLog(From(all.size() - 1)).size(), 1U);
  for (const std::uint64_t beyond : {std::uint64_t{all.size()}, ~std::uint64_t{0}}) {
    EXPECT_EQ(ReadLog(From(beyond)).size(), 0U) << beyond;
  }
}

TEST_F(GrpcAuditTest, TheLogIsWhatTheTreeIsMadeOf) {
  Add(kId);
  Update(kId, "second");
  for (const std::size_t more : {0U, 1U, 2U, 5U, 250U}) {  // trees of several shapes
    for (std::size_t i = 0; i < more; ++i) {
      Add(kPrefix + "/" + std::to_string(more) + "-" + std::to_string(i));
    }
    std::vector<std::string> leaves;
    for (const auto& row : ReadLog(From(0, 0, true))) {
      leaves.push_back(row.leaf());
      ASSERT_NE(row.payload(), "");
      EXPECT_EQ(row.leaf().substr(71, 32), CommitmentTo(row.payload())) << row.seq();
    }
    const v1::GetStatusResponse status = Status();
    ASSERT_EQ(status.log_size(), leaves.size());
    EXPECT_EQ(status.root_hash(), RootOf(leaves));
    EXPECT_EQ(status.log_id(), HashOfLeaf(leaves.front()));
  }
}

TEST_F(GrpcAuditTest, AnErasedPayloadLeavesItsLeaf) {
  const std::uint64_t seq = Add(kId).seq();
  const auto before = ReadLog(From(seq, 1, true));
  Damage(store::Family::kPayload, {ledger::SeqKey(seq)});
  const auto after = ReadLog(From(seq, 1, true));
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].leaf(), before[0].leaf());
  EXPECT_EQ(after[0].payload(), "");
}

TEST_F(GrpcAuditTest, AMissingLeafIsNoEndOfTheLog) {
  Fill(200);
  Damage(store::Family::kLeaf, {ledger::SeqKey(150)});
  const auto log = ReadAll(&Audit::ReadLog, From(100));
  EXPECT_EQ(log.code, "store_corrupt");
  EXPECT_EQ(log.status.error_code(), StatusCode::INTERNAL);
}

}  // namespace
}  // namespace idnode::serve
