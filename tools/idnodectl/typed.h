// What was typed for what the API calls it: "--from" for "from_day".
#pragma once

#include <map>
#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): its own name
class App;
}  // namespace CLI

namespace idnode::ctl {

class TypedNames {
 public:
  TypedNames() = default;
  // Of the verb that `app` has parsed.
  explicit TypedNames(const CLI::App& app);

  // How the part of a request that the node calls `field` was typed: "--from"; of "types[3]" it is
  // "--type 4", of "values[3].ttl_s" "value 4, ttl_s". What was not typed is left as it is.
  std::string Of(const std::string& field) const;

 private:
  std::map<std::string, std::string, std::less<>> names_;
};

}  // namespace idnode::ctl
