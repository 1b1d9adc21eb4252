// The verbs: what each is told by the command line, and what it does. A verb prints its result and
// returns how it ended; whatever stops it is thrown as a Failure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "session.h"

namespace idnode::ctl {

// verb_control.cc: prefixes, the clock, the node's state.

struct PrefixAdd {
  std::string prefix;
  std::string name;
  std::string case_policy = "fold";
  std::string request_id;
};
Exit Run(Session& session, const PrefixAdd& options);
struct PrefixList {};
Exit Run(Session& session, const PrefixList& options);

struct ClockAccept {
  std::string request_id;
};
Exit Run(Session& session, const ClockAccept& options);
struct StatusShow {};
Exit Run(Session& session, const StatusShow& options);

// verb_token.cc

struct TokenAdd {
  std::string name;
  std::vector<std::string> scopes;
  std::vector<std::string> prefixes;
  bool below = false;
  bool all_prefixes = false;
  std::string expires;  // "2026-12-31": with the end of that day; "90d": that long from now
  std::string out_file;
};
Exit Run(Session& session, const TokenAdd& options);
struct TokenList {};
Exit Run(Session& session, const TokenList& options);
struct TokenRevoke {
  std::string id;
  std::string request_id;
};
Exit Run(Session& session, const TokenRevoke& options);

// verb_record.cc: one record.

struct RecordValues {
  std::vector<std::string> values;  // "INDEX TYPE DATA"
  std::vector<std::string> files;   // "INDEX TYPE PATH"
  std::optional<std::uint32_t> ttl_s;
  std::optional<std::uint32_t> permissions;
};
struct Register {
  std::string identifier;
  RecordValues values;
  std::string request_id;
};
Exit Run(Session& session, const Register& options);
struct Update {
  std::string identifier;
  RecordValues values;
  std::optional<std::uint64_t> expected_seq;
  std::string request_id;
};
Exit Run(Session& session, const Update& options);
struct Delete {
  std::string identifier;
  std::optional<std::uint64_t> expected_seq;
  std::string request_id;
};
Exit Run(Session& session, const Delete& options);
struct Get {
  std::string identifier;
  bool deleted = false;
};
Exit Run(Session& session, const Get& options);
struct List {
  std::string prefix;
  bool below = false;
  bool values = false;
  bool deleted = false;
  std::uint64_t limit = 0;  // 0: all
  std::string cursor;       // as the node gave it; empty: from the beginning
};
Exit Run(Session& session, const List& options);

// verb_rows.cc: many records, from a file.

struct Rows {
  RowDoor door = RowDoor::kRegister;
  std::string file;        // "-": standard input
  std::string request_id;  // from which those of the rows are derived
};
Exit Run(Session& session, const Rows& options);

// verb_resolve.cc

struct Resolve {
  std::string identifier;
  std::vector<std::uint32_t> indexes;
  std::vector<std::string> types;
  std::string via = "grpc";
  std::string handle;  // HOST:PORT of the handle protocol; empty: port 2641 of the server's host
};
Exit Run(Session& session, const Resolve& options);

// verb_statistics.cc

struct Stats {
  std::string prefix;
  bool below = false;
  std::string from;
  std::string to;
  std::string by = "none";
};
Exit Run(Session& session, const Stats& options);
struct Watch {
  std::string cursor;       // hexadecimal
  std::string cursor_file;  // read first, written after each round
  bool once = false;        // end after the first round
};
Exit Run(Session& session, const Watch& options);

// verb_audit.cc

struct History {
  std::string identifier;
  std::uint64_t limit = 100;  // 0: all
};
Exit Run(Session& session, const History& options);
struct Recount {};
Exit Run(Session& session, const Recount& options);
struct AuditVerify {
  std::string data;  // a stopped node's directory; empty: ask the running node
};
Exit Run(Session& session, const AuditVerify& options);
struct AuditLog {
  std::uint64_t from = 0;
  std::uint64_t limit = 0;  // 0: to the end
  bool payload = false;
};
Exit Run(Session& session, const AuditLog& options);

}  // namespace idnode::ctl
