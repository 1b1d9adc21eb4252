// What gRPC itself has to say, told to our log.
#pragma once

#include "base/logger.h"

namespace idnode::serve {

// While it lives, gRPC's own lines (those of its severity ERROR, unless GRPC_VERBOSITY asks for
// more) go to `logger`, 30 a minute at most: any client can cause them. gRPC has one log for the
// whole process: make one of these at a time. `logger` must outlive it.
class GrpcLog {
 public:
  explicit GrpcLog(Logger& logger);
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;
  ~GrpcLog();
};

}  // namespace idnode::serve
