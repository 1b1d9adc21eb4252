#include "problem.h"

namespace idnode::tools {

std::optional<v1::Problem> ProblemOf(const grpc::ClientContext& context) {
  const auto& metadata = context.GetServerTrailingMetadata();
  const auto found = metadata.find("idnode-problem-bin");
  v1::Problem problem;
  if (found == metadata.end() ||
      !problem.ParseFromArray(found->second.data(), static_cast<int>(found->second.size()))) {
    return std::nullopt;
  }
  return problem;
}

}  // namespace idnode::tools
