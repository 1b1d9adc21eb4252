// A service of proto/idnode/v1 each, ready to be registered with a server. `door` must outlive it.
#pragma once

#include <grpcpp/impl/service_type.h>

#include <memory>

#include "serve/grpc/door.h"

namespace idnode::serve {

std::unique_ptr<grpc::Service> MakeRegistrar(Door& door);
std::unique_ptr<grpc::Service> MakeAdmin(Door& door);
std::unique_ptr<grpc::Service> MakeResolver(Door& door);
std::unique_ptr<grpc::Service> MakeStatistics(Door& door);
std::unique_ptr<grpc::Service> MakeAudit(Door& door);

}  // namespace idnode::serve
