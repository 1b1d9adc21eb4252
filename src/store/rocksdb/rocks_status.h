// What RocksDB's statuses mean to us. The only place that tells one from another.
#pragma once

#include <rocksdb/status.h>

#include "base/result.h"

namespace idnode::store {

// `what` names the call that failed. REQUIRES: not ok.
//
//   kNotFound     no such key
//   kCorrupt      stored octets fail their checks, or a file of the database is missing
//   kDenied       no permission, or a read-only file system
//   kUnavailable  no space, locked by another process, or the disk does not answer
//   kMalformed    made with other families or settings than ours: not our database, or a newer one
//
// `detail` is the errno where it can be known (EWOULDBLOCK when locked), otherwise 0.
Error FromRocks(const rocksdb::Status& status, const char* what);

// The same of a read in a database that is open: kNotFound, kCorrupt, and kUnavailable for anything
// else that keeps it from being read.
Error FromRead(const rocksdb::Status& status, const char* what);

}  // namespace idnode::store
