#include "database.h"

#include <libpq-fe.h>
#include <poll.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "migrations.h"

namespace idnode::sink {
namespace {

struct Finish {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  void operator()(PGresult* result) const noexcept { PQclear(result); }
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using Answer = std::unique_ptr<PGresult, Finish>;

constexpr const char* kLockClass = "1768189551";  // "idno"

// What libpq says ends in a line feed, and the second line seldom helps.
std::string FirstLine(const char* text) {
  const std::string_view all = text == nullptr ? "" : text;
  return std::string(all.substr(0, all.find('\n')));
}

// Whether the SQLSTATE means that the same may work later: connection lost, out of resources,
// rolled back for others' sake, lock not to be had, the server stops or starts, or is a standby for
// now, or its system failed it. Documented in PostgreSQL's manual, appendix A.
bool IsPassing(std::string_view state) noexcept {
  const std::string_view group = state.substr(0, 2);
  return state.empty() || group == "08" || group == "53" || group == "40" || group == "57" ||
         group == "58" || state == "55P03" || state == "25006";
}

// What was under way when PostgreSQL failed.
constexpr Words kSettingUp{"setting up", "准备连接"};
constexpr Words kLocking{"locking", "加锁"};
constexpr Words kLooking{"looking for the tables", "查找数据表"};
constexpr Words kReadingVersion{"reading the tables' version", "读取数据表版本"};
constexpr Words kMaking{"making the tables", "创建数据表"};
constexpr Words kReadingCursor{"reading the cursor", "读取游标"};
constexpr Words kWriting{"writing counts", "写入统计"};
constexpr Words kEmptying{"emptying the tables", "清空数据表"};
constexpr Words kMoving{"writing the cursor", "写入游标"};

Failure ToFailure(const Text& doing, const std::string& text, std::string_view state) {
  Text all = Text("PostgreSQL, ", "PostgreSQL，") + doing + Text(": ", "：") + text;
  if (IsPassing(state)) {
    return {FailureKind::kUnavailable, all};
  }
  all = all + (" [" + std::string(state) + "]");
  if (state == "42501") {
    return {
        FailureKind::kDenied,
        all +
            Text(". Let the tables' owner run --migrate, then GRANT USAGE on the schema and "
                 "SELECT, INSERT, UPDATE, DELETE on its tables to the role of the sink",
                 "。请由数据表的所有者运行 --migrate，然后将模式的 USAGE 及其表的 SELECT、INSERT、"
                 "UPDATE、DELETE 权限 GRANT 给本程序的角色")};
  }
  if (state == "42P07") {
    return {FailureKind::kFailed,
            all + Text(". The schema holds something else: give another --schema",
                       "。该模式中已有其他对象：请另选 --schema")};
  }
  return {FailureKind::kFailed, all};
}

// One column of many rows as PostgreSQL's array literal: {"a","b"}. One statement then writes all
// rows.
class ArrayLiteral {
 public:
  void Add(std::uint64_t value) { Append(std::to_string(value)); }
  void Add(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') {
        quoted += '\\';
      }
      quoted += c;
    }
    Append(quoted += '"');
  }
  const std::string& Close() { return text_ += '}'; }

 private:
  void Append(std::string_view item) {
    text_ += text_.size() == 1 ? "" : ",";
    text_ += item;
  }
  std::string text_ = "{";
};

// Octets as bytea's text form.
std::string ByteaLiteral(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "\\x";
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 15U];
  }
  return text;
}

std::string FromBytea(const char* text) {
  std::size_t size = 0;
  const std::unique_ptr<unsigned char, decltype(&PQfreemem)> octets(
      PQunescapeBytea(reinterpret_cast<const unsigned char*>(text), &size), &PQfreemem);
  return {reinterpret_cast<const char*>(octets.get()), size};
}

// Whether another try finds the server willing, or unwilling for a reason that passes, such as too
// many clients. libpq hands out the SQLSTATE of a refused connection only as its message, and takes
// the wish for that only between the start of a connection and its end.
bool PassesByItself(const char* const* keys, const char* const* values) {
  constexpr int kPatienceMs = 10'000;
  constexpr std::size_t kStateSize = 5;
  const std::unique_ptr<PGconn, Finish> connection(PQconnectStartParams(keys, values, 1));
  PQsetErrorVerbosity(connection.get(), PQERRORS_SQLSTATE);
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_FAILED;
       state = PQconnectPoll(connection.get())) {
    if (state == PGRES_POLLING_OK) return true;
    const short event = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    pollfd socket{.fd = PQsocket(connection.get()), .events = event, .revents = 0};
    if (::poll(&socket, 1, kPatienceMs) <= 0) return true;
  }
  std::string_view said = PQerrorMessage(connection.get());
  said = said.substr(0, said.find_last_not_of(" \n") + 1);
  if (said.size() < kStateSize) return false;
  const std::string_view state = said.substr(said.size() - kStateSize);
  return std::all_of(state.begin(), state.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }) &&
         IsPassing(state);
}

void LogNotice(void* /*unused*/, const char* message) {
  spdlog::debug("PostgreSQL: {}", FirstLine(message));
}

// A row that comes twice in one statement would be an error of ON CONFLICT: the later one wins.
constexpr const char* kUpsert = R"sql(
INSERT INTO counts (prefix, day, channel, created, recreated, updated, deleted)
SELECT DISTINCT ON (prefix, day, channel) prefix, day, channel, created, recreated, updated, deleted
  FROM unnest($1::text[], $2::date[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
       WITH ORDINALITY AS row (prefix, day, channel, created, recreated, updated, deleted, number)
 ORDER BY prefix, day, channel, number DESC
ON CONFLICT (prefix, day, channel) DO UPDATE
   SET created = excluded.created, recreated = excluded.recreated,
       updated = excluded.updated, deleted = excluded.deleted)sql";

constexpr const char* kMove = R"sql(
INSERT INTO feed (source, log_id, cursor, log_size, updated_at)
VALUES ($1, $2::bytea, $3::bytea, $4::bigint, now())
ON CONFLICT (only_row) DO UPDATE
   SET source = excluded.source, log_id = excluded.log_id, cursor = excluded.cursor,
       log_size = excluded.log_size, updated_at = excluded.updated_at)sql";

constexpr const char* kHolder = R"sql(
SELECT 'process ' || pid || coalesce(' from ' || host(client_addr), '') || ' since ' || backend_start::timestamp(0)
  FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE locktype = 'advisory' AND granted AND objsubid = 2
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND classid = $1::bigint::oid AND objid = (hashtext($2)::bigint & 4294967295)::oid)sql";

}  // namespace

class Database::Connection {
 public:
  using Values = std::initializer_list<const char*>;

  explicit Connection(PGconn* connection) : pg_(connection) {
    PQsetNoticeProcessor(pg_.get(), LogNotice, nullptr);
  }

  // Several statements, no values, no answer.
  Failure Run(const Text& doing, const char* sql) {
    return Check(doing, Answer(PQexec(pg_.get(), sql)), nullptr);
  }

  // One statement with $1, $2, ...; its rows as text.
  Failure Query(const Text& doing, const char* sql, Values values, Answer* answer = nullptr) {
    Answer got(PQexecParams(pg_.get(), sql, static_cast<int>(values.size()), nullptr,
                            values.begin(), nullptr, nullptr, 0));
    return Check(doing, std::move(got), answer);
  }

  PGconn* pg() const noexcept { return pg_.get(); }

 private:
  Failure Check(const Text& doing, Answer got, Answer* answer) {
    const ExecStatusType status = PQresultStatus(got.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      const char* state =
          got == nullptr ? nullptr : PQresultErrorField(got.get(), PG_DIAG_SQLSTATE);
      const char* text =
          got == nullptr ? nullptr : PQresultErrorField(got.get(), PG_DIAG_MESSAGE_PRIMARY);
      // Without a state it is libpq that speaks: the connection is lost.
      return ToFailure(doing, FirstLine(text != nullptr ? text : PQerrorMessage(pg_.get())),
                       state == nullptr ? "" : state);
    }
    if (answer != nullptr) {
      *answer = std::move(got);
    }
    return {};
  }

  std::unique_ptr<PGconn, Finish> pg_;
};

Database::Database(std::string conninfo, std::string schema)
    : conninfo_(std::move(conninfo)), schema_(std::move(schema)) {}

Database::~Database() = default;

Failure Database::Keep(Failure failure) {
  if (failure) {
    connection_.reset();
  }
  return failure;
}

Failure Database::Open() {
  if (connection_ != nullptr) {
    return {};
  }
  auto failure = Connect();
  if (!failure) failure = Lock();
  if (!failure) failure = Migrate();
  was_open_ = was_open_ || !failure;
  return Keep(std::move(failure));
}

Failure Database::Connect() {
  // What stands before dbname is a default, what stands behind it is fixed.
  constexpr std::array kKeys{
      "connect_timeout",           "tcp_user_timeout", "keepalives_idle",
      "keepalives_interval",       "keepalives_count", "dbname",
      "fallback_application_name", "client_encoding",  static_cast<const char*>(nullptr)};
  const std::array values{"10",
                          "30000",
                          "30",
                          "10",
                          "3",
                          conninfo_.c_str(),
                          "idnode-monitor-sink",
                          "UTF8",
                          static_cast<const char*>(nullptr)};
  connection_ = std::make_unique<Connection>(PQconnectdbParams(kKeys.data(), values.data(), 1));
  if (PQstatus(connection_->pg()) != CONNECTION_OK) {
    const Text text = "PostgreSQL: " + FirstLine(PQerrorMessage(connection_->pg()));
    // The server answers, so it is this role, password or database that it does not want; unless it
    // only is full.
    if (!was_open_ && PQpingParams(kKeys.data(), values.data(), 1) == PQPING_OK &&
        !PassesByItself(kKeys.data(), values.data())) {
      return {FailureKind::kDenied,
              text + Text(". Check --database (or PGHOST, PGUSER, ...) and ~/.pgpass",
                          "。请检查 --database（或 PGHOST、PGUSER 等）和 ~/.pgpass")};
    }
    return {FailureKind::kUnavailable, text};
  }
  // Otherwise a forgotten lock of somebody would also keep the process from ending.
  return connection_->Query(kSettingUp,
                            "SELECT set_config('search_path', quote_ident($1), false),"
                            " set_config('lock_timeout', '30s', false)",
                            {schema_.c_str()});
}

Failure Database::Lock() {
  Answer answer;
  if (auto failure =
          connection_->Query(kLocking, "SELECT pg_try_advisory_lock($1::integer, hashtext($2))",
                             {kLockClass, schema_.c_str()}, &answer)) {
    return failure;
  }
  if (PQgetvalue(answer.get(), 0, 0)[0] == 't') {
    return {};
  }
  if (auto failure =
          connection_->Query(kLocking, kHolder, {kLockClass, schema_.c_str()}, &answer)) {
    return failure;
  }
  const std::string holder = PQntuples(answer.get()) == 0 ? "" : PQgetvalue(answer.get(), 0, 0);
  return {FailureKind::kTaken,
          {"another idnode-monitor-sink writes the schema \"" + schema_ +
               "\" (its connection: " + holder + "). Stop it, or give another --schema",
           "另一个 idnode-monitor-sink 正在写入模式“" + schema_ + "”（其连接：" + holder +
               "）。请停止它，或另选 --schema"}};
}

Failure Database::ReadVersion(std::size_t& version) {
  version = 0;
  Answer answer;
  auto failure = connection_->Query(
      kLooking, "SELECT to_regclass(quote_ident($1) || '.schema_version') IS NOT NULL",
      {schema_.c_str()}, &answer);
  if (failure || PQgetvalue(answer.get(), 0, 0)[0] != 't') {
    return failure;
  }
  failure = connection_->Query(kReadingVersion,
                               "SELECT coalesce(max(version), 0) FROM schema_version", {}, &answer);
  if (!failure) {
    version = std::stoul(PQgetvalue(answer.get(), 0, 0));
  }
  return failure;
}

// CREATE SCHEMA IF NOT EXISTS wants the right to make one even where there is nothing to make, and
// a schema that was made for this role is the usual way not to have that right.
Failure Database::MakeSchema() {
  Answer answer;
  auto failure = connection_->Query(kMaking, "SELECT to_regnamespace(quote_ident($1)) IS NOT NULL",
                                    {schema_.c_str()}, &answer);
  if (failure || PQgetvalue(answer.get(), 0, 0)[0] == 't') {
    return failure;
  }
  const std::unique_ptr<char, decltype(&PQfreemem)> name(
      PQescapeIdentifier(connection_->pg(), schema_.data(), schema_.size()), &PQfreemem);
  return connection_->Run(kMaking, ("CREATE SCHEMA " + std::string(name.get())).c_str());
}

Failure Database::Migrate() {
  std::size_t version = 0;
  if (auto failure = ReadVersion(version)) {
    return failure;
  }
  const auto migrations = Migrations();
  if (version > migrations.size()) {
    const std::string theirs = std::to_string(version);
    const std::string ours = std::to_string(migrations.size());
    return {FailureKind::kFailed,
            {"the tables in schema \"" + schema_ + "\" are of version " + theirs +
                 ", newer than this program's " + ours + ". Install the newer one",
             "模式“" + schema_ + "”中数据表的版本为 " + theirs + "，高于本程序的 " + ours +
                 "。请安装较新的程序"}};
  }
  if (version == migrations.size()) {
    return {};
  }
  const Text& doing = kMaking;
  auto failure = connection_->Run(doing, "BEGIN");
  if (!failure && version == 0) failure = MakeSchema();
  for (; !failure && version < migrations.size(); ++version) {
    const Migration& next = migrations[version];
    failure = connection_->Run(doing, next.sql);
    if (!failure) {
      failure = connection_->Query(
          doing, "INSERT INTO schema_version (version, name) VALUES ($1::integer, $2)",
          {std::to_string(version + 1).c_str(), next.name});
    }
  }
  if (!failure) failure = connection_->Run(doing, "COMMIT");
  if (!failure) spdlog::info("PostgreSQL: schema \"{}\" is now of version {}", schema_, version);
  return failure;
}

Failure Database::ReadPosition(Position& position) {
  position = {};
  Answer answer;
  auto failure =
      connection_->Query(kReadingCursor, "SELECT log_id, cursor, log_size FROM feed", {}, &answer);
  if (!failure && PQntuples(answer.get()) == 1) {
    position = {FromBytea(PQgetvalue(answer.get(), 0, 0)),
                FromBytea(PQgetvalue(answer.get(), 0, 1)),
                std::stoull(PQgetvalue(answer.get(), 0, 2))};
  }
  return Keep(std::move(failure));
}

Failure Database::Write(const Change& change) {
  const Text& doing = kWriting;
  auto failure = connection_->Run(doing, "BEGIN");
  if (!failure && change.empty_first) {
    failure = connection_->Run(kEmptying, "DELETE FROM counts; DELETE FROM feed");
  }
  if (!failure && !change.rows.empty()) {
    std::array<ArrayLiteral, 7> columns;
    for (const CountRow& row : change.rows) {
      columns[0].Add(row.prefix);
      columns[1].Add(row.day);
      columns[2].Add(row.channel);
      columns[3].Add(row.created);
      columns[4].Add(row.recreated);
      columns[5].Add(row.updated);
      columns[6].Add(row.deleted);
    }
    failure = connection_->Query(
        doing, kUpsert,
        {columns[0].Close().c_str(), columns[1].Close().c_str(), columns[2].Close().c_str(),
         columns[3].Close().c_str(), columns[4].Close().c_str(), columns[5].Close().c_str(),
         columns[6].Close().c_str()});
  }
  if (!failure && change.position != nullptr) {
    failure =
        connection_->Query(kMoving, kMove,
                           {change.source.c_str(), ByteaLiteral(change.position->log_id).c_str(),
                            ByteaLiteral(change.position->cursor).c_str(),
                            std::to_string(change.position->log_size).c_str()});
  }
  if (!failure) failure = connection_->Run(doing, "COMMIT");
  return Keep(std::move(failure));
}

std::string CheckConninfo(const std::string& conninfo) {
  char* text = nullptr;
  const std::unique_ptr<PQconninfoOption, Finish> options(PQconninfoParse(conninfo.c_str(), &text));
  const std::unique_ptr<char, decltype(&PQfreemem)> error(text, &PQfreemem);
  return options != nullptr || text == nullptr ? "" : FirstLine(text);
}

}  // namespace idnode::sink
